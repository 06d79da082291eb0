// Starts the built daemon on a directory of its own and asks it over its control socket; cleans up after a failure too.
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { VassalEvent, VassalView } from '../../src/emperor/view.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DEADLINE_MS = 15_000;
/** Characters of the daemon's output: some tests flood it. */
const MOST_KEPT = 8 * 1024 * 1024;

export interface EmperorOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Files in the vassals directory before the daemon starts. */
  readonly files?: Readonly<Record<string, string>>;
  /** A command in front of `node`, such as prlimit. */
  readonly wrapper?: readonly string[];
  /** Its descriptors from 3 on. */
  readonly fds?: readonly number[];
  readonly sources?: readonly string[];
  /** Path of its control socket; else one in its own directory. */
  readonly control?: string;
  /** Another dist/main.js than the one that was built. */
  readonly main?: string;
  /** Runs it as this user, who owns its directory. */
  readonly uid?: number;
}

export class TestEmperor {
  readonly root: string;
  readonly vassals: string;
  readonly control: string;
  readonly child: ChildProcess;
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
  output = '';
  readonly #seen = new Set<() => void>();

  constructor(options: EmperorOptions) {
    this.root = mkdtempSync(join(tmpdir(), 'tsjail-test-'));
    this.vassals = join(this.root, 'vassals');
    this.control = options.control ?? join(this.root, 'control.sock');
    mkdirSync(this.vassals);
    for (const [name, text] of Object.entries(options.files ?? {}))
      writeFileSync(join(this.vassals, name), text);
    const { uid } = options;
    if (uid !== undefined) for (const path of [this.root, this.vassals]) chownSync(path, uid, uid);
    const asUser = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    const sources = options.sources ?? [this.vassals];
    const words = [
      ...(options.wrapper ?? []),
      ...asUser,
      process.execPath,
      options.main ?? MAIN,
      'emperor',
      ...sources,
      '--control',
      this.control,
    ];
    const [command = '', ...args] = [...words, ...(options.args ?? [])];
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(options.fds ?? [])],
      env: { ...process.env, ...options.env },
    });
    this.child.stdout?.on('data', (chunk) => this.#hear(chunk));
    this.child.stderr?.on('data', (chunk) => this.#hear(chunk));
    this.exit = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve({ code, signal })));
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  #hear(chunk: Buffer): void {
    this.output += chunk.toString();
    if (this.output.length > MOST_KEPT) this.output = this.output.slice(-MOST_KEPT / 2);
    for (const each of [...this.#seen]) each();
  }

  /** Resolves when the daemon's output matches. */
  async said(pattern: RegExp, deadlineMs = DEADLINE_MS): Promise<void> {
    if (pattern.test(this.output)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never said ${pattern}:\n${this.output}`)), deadlineMs);
      const look = () => {
        if (!pattern.test(this.output)) return;
        clearTimeout(timer);
        this.#seen.delete(look);
        resolve();
      };
      this.#seen.add(look);
    });
  }

  /** Writes beside and renames into place, as a careful editor does. */
  put(file: string, text: string): void {
    const beside = join(this.root, `${file}.new`);
    writeFileSync(beside, text);
    renameSync(beside, join(this.vassals, file));
  }

  /** The same in another directory. */
  putAt(directory: string, file: string, text: string): void {
    const beside = join(this.root, `${file}.new`);
    writeFileSync(beside, text);
    renameSync(beside, join(directory, file));
  }

  /** Into place, whoever it belongs to. */
  rename(beside: string, file: string): void {
    renameSync(beside, join(this.vassals, file));
  }

  remove(file: string): void {
    rmSync(join(this.vassals, file));
  }

  path(file: string): string {
    return join(this.vassals, file);
  }

  async call(method: string, path: string): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.control, method, path }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) }),
        );
      });
      call.on('error', reject);
      call.end();
    });
  }

  async ls(): Promise<VassalView[]> {
    return (await this.call('GET', '/v1/vassals')).body as VassalView[];
  }

  async view(name: string): Promise<VassalView | undefined> {
    return (await this.ls()).find((vassal) => vassal.name === name);
  }

  async act(verb: string, name: string): Promise<{ status: number; body: unknown }> {
    return this.call('POST', `/v1/vassals/${name}/${verb}`);
  }

  /** Resolves with the view of `name` once `reached` holds for it; woken by the daemon's own events. */
  async until(
    name: string,
    reached: (view: VassalView | undefined) => boolean,
    deadlineMs = DEADLINE_MS,
  ): Promise<VassalView> {
    const end = Date.now() + deadlineMs;
    let changed = true;
    let wake = () => {};
    const close = await this.onEvent(() => {
      changed = true;
      wake();
    });
    try {
      for (;;) {
        changed = false;
        const view = await this.view(name);
        if (reached(view)) return view as VassalView;
        if (Date.now() > end)
          throw new Error(`${name} never came there: ${JSON.stringify(view)}\n${this.output}`);
        // Not everything that is waited for has an event of its own.
        const pause = new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 200);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        if (changed) wake();
        await pause;
      }
    } finally {
      close();
    }
  }

  async running(name: string): Promise<VassalView> {
    return this.until(name, (view) => view?.state === 'running' && view.pid !== null);
  }

  async logs(name: string): Promise<string[]> {
    const { body } = await this.call('GET', `/v1/vassals/${name}/logs?n=1000`);
    return (body as { text: string }[]).map((line) => line.text);
  }

  /** Every event from now on, in order. Resolves when the daemon listens to us, with the way to end it. */
  async onEvent(heard: (event: VassalEvent) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.control, path: '/v1/events' }, (answer) => {
        let rest = '';
        answer.on('data', (chunk: Buffer) => {
          const parts = (rest + chunk.toString()).split('\n\n');
          rest = parts.pop() ?? '';
          for (const part of parts) heard(JSON.parse(part.slice(part.indexOf('data: ') + 6)) as VassalEvent);
        });
        answer.on('error', () => {});
        resolve(() => call.destroy());
      });
      call.on('error', reject);
      call.end();
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; signal: string | null }> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exit;
  }
}

/** A daemon that may never come to govern; it is stopped and its directory removed when the test is over. */
export function startEmperor(options: EmperorOptions = {}): TestEmperor {
  const daemon = new TestEmperor(options);
  onTestFinished(async () => {
    await daemon.stop();
    rmSync(daemon.root, { recursive: true, force: true });
  });
  return daemon;
}

/** One that governs. */
export async function emperor(options: EmperorOptions = {}): Promise<TestEmperor> {
  const daemon = startEmperor(options);
  await daemon.said(/governing/);
  return daemon;
}

/** Is there a live (not zombie) process `pid`? */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
