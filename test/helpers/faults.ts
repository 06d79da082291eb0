// Makes system calls of the jails of this very process fail, one or all of a kind, and tells which calls a jail makes
// (test/helpers/faults.c); and a program that says what a jail is like from within (test/helpers/self.c).
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

let directory = '';
let faults: Faults | undefined;

/** To be called at the top of a test file: builds the programs before its tests, removes them after them. The tracer is started
 *  before the engine is there, which would take a later child of this process for an orphan. */
export function useFaults(): void {
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tsjail-faults-'));
    chmodSync(directory, 0o755);
    build('faults');
    build('self', '-static');
    // Where descriptors have to be closed one by one, each is two stops.
    execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=1024:1024']);
    faults = new Faults();
  });
  afterAll(async () => {
    await faults?.close();
    rmSync(directory, { recursive: true, force: true });
  });
}

/** To be called after a first jail. */
export async function theFaults(): Promise<Faults> {
  if (faults === undefined) throw new Error('no useFaults() in this file');
  await faults.order('seize');
  return faults;
}

function build(name: string, ...flags: readonly string[]): void {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  execFileSync('g++', ['-x', 'c', '-O1', '-Wall', ...flags, '-o', join(directory, name), source], {
    stdio: 'inherit',
  });
}

export function selfPath(): string {
  return join(directory, 'self');
}

/** Arguments for it: the namespaces of the host. */
export function hostNamespaces(): string[] {
  return readdirSync('/proc/self/ns').map((name) => readlinkSync(`/proc/self/ns/${name}`));
}

/** A call that a process of a jail has made: `0` is the jailer, `0.1` its first child; the `nth` of it. */
export interface Call {
  readonly process: string;
  readonly nth: number;
  readonly number: number;
}

export interface Traced {
  readonly calls: readonly Call[];
  /** How many failed. */
  readonly hits: number;
  /** The last of them. */
  readonly hit: Hit | undefined;
}

/** A call that has failed. */
export interface Hit {
  readonly number: number;
  /** The last umask that its process has set, or who it was forked by; 0: none. */
  readonly mark: number;
}

/** Traces the launchers of this process, which must be there: after a first jail. */
export class Faults {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  readonly #end: Promise<never>;
  #last = '';
  #hear: (line: string) => void = () => {};

  constructor() {
    this.#child = spawn(join(directory, 'faults'), [String(process.pid)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout);
    this.#lines.on('line', (line) => this.#hear(line));
    // By what it says: the engine may reap it first, as it does every child that it does not know.
    this.#end = once(this.#lines, 'close').then(() => {
      throw new Error(`the tracer has ended, after ${this.#last}`);
    });
    this.#end.catch(() => {});
  }

  /** From now on; see the program. */
  async order(order: string): Promise<void> {
    await this.#ask(order);
  }

  /** What there was since. */
  async tell(): Promise<Traced> {
    const lines = await this.#ask('tell');
    const hits = Number(lines.pop()?.slice(5));
    const isHit = (line: string) => line.startsWith('hit ');
    return { calls: numbered(lines.filter((line) => !isHit(line))), hits, hit: hitOf(lines.find(isHit)) };
  }

  #ask(order: string): Promise<string[]> {
    const answer = new Promise<string[]>((resolve) => {
      const lines: string[] = [];
      this.#hear = (line) => {
        lines.push(line);
        if (line.startsWith('over ')) resolve(lines);
      };
      this.#last = order;
      this.#child.stdin.write(`${order}\n`);
    });
    return Promise.race([answer, this.#end]);
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#end.catch(() => {});
  }
}

function hitOf(line: string | undefined): Hit | undefined {
  if (line === undefined) return undefined;
  const [, number, mark] = line.split(' ');
  return { number: Number(number), mark: Number(mark) };
}

function numbered(lines: readonly string[]): Call[] {
  const counts = new Map<string, number>();
  return lines.map((line) => {
    const [, process = '', number = ''] = line.split(' ');
    const nth = (counts.get(process) ?? 0) + 1;
    counts.set(process, nth);
    return { process, nth, number: Number(number) };
  });
}

/** Names of system calls by their number, as this machine has them. */
export function callNames(): ReadonlyMap<number, string> {
  const text = execFileSync('g++', ['-E', '-dM', '-x', 'c', '-'], {
    input: '#include <asm/unistd.h>\n',
    encoding: 'utf8',
  });
  const found = text.matchAll(/^#define __NR_(\w+) (\d+)$/gm);
  return new Map([...found].map(([, name = '', number]) => [Number(number), name]));
}
