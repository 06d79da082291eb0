// One jail through the real engine, without a daemon around it: what it printed, how it started and how it ended.
import { afterAll } from 'vitest';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { type Engine, openEngine } from '../../src/emperor/engine.ts';
import { failureText } from '../../src/emperor/exit-words.ts';
import { type Jail, spawnJail } from '../../src/jail/hooked-jail.ts';
import type { JailCgroup, JailStdio, SpawnFailure } from '../../src/jail/jail.ts';
import type { CommandExit } from '../../src/jail/messages.ts';
import type { ExitStatus } from '../../src/jail/native.ts';
import type { Notice } from '../../src/jail/notice.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan } from '../../src/plan/step.ts';
import type { Cgroup } from '../../src/system/cgroup.ts';
import { vassalConfig } from './vassal-config.ts';

const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const DEADLINE_MS = 20_000;

export interface JailEnd {
  readonly output: string;
  readonly command: CommandExit | null;
  readonly init: ExitStatus | null;
  readonly failure: SpawnFailure | undefined;
  /** The failure as the daemon words it. */
  readonly said: string | undefined;
}

export interface JailOptions {
  readonly plan?: Plan;
  readonly stdio?: JailStdio;
  /** False: no cgroup, as on a host without a writable hierarchy. */
  readonly cgroup?: boolean | JailCgroup;
}

/** A jail that runs: its pids, what it has printed so far, and its end. */
export class TestJail {
  output = '';
  jailerPid = 0;
  commandPid = 0;
  /** What set-up waited for, and null where it went on. */
  readonly waits: (string | null)[] = [];
  /** What the command has said of itself. */
  readonly notices: Notice[] = [];
  failure: SpawnFailure | undefined;
  readonly plan: Plan;
  readonly started: Promise<void>;
  readonly end: Promise<JailEnd>;
  readonly process: Jail;
  /** Hooks that failed and need not have worked. */
  readonly complaints: string[] = [];
  #changed = () => {};

  constructor(engine: Engine, config: VassalConfig, options: JailOptions) {
    this.plan = options.plan ?? planOf(config);
    const { cgroup: given = true } = options;
    const cgroup = given === true ? groupOf(engine) : given || undefined;
    const started = deferred<void>();
    const end = deferred<JailEnd>();
    this.started = started.promise;
    this.end = end.promise;
    const timer = setTimeout(
      () => end.reject(new Error(`the jail never ended; it said: ${this.output}`)),
      DEADLINE_MS,
    );
    this.process = spawnJail(engine, this.plan, options.stdio ?? 'pipe', cgroup, {
      jailer: (pid) => {
        this.jailerPid = pid;
      },
      waiting: (what) => {
        this.waits.push(what);
        this.#changed();
      },
      started: (pid) => {
        this.commandPid = pid;
        started.resolve();
      },
      failed: (failure) => {
        this.failure = failure;
      },
      hookFailed: (failure) => {
        this.complaints.push(failureText(failure, this.plan));
      },
      notify: (notice) => {
        this.notices.push(notice);
        this.#changed();
      },
      output: (chunk) => {
        this.output += Buffer.from(chunk).toString();
        this.#changed();
      },
      trouble: (error) => end.reject(error),
      ended: (command, init) => {
        clearTimeout(timer);
        const { output, failure, plan } = this;
        end.resolve({ output, command, init, failure, said: failure && failureText(failure, plan) });
        started.resolve();
        this.#changed();
      },
    });
  }

  /** Resolves when the output matches. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      const over = await Promise.race([this.end.then(() => true), this.#nextOutput()]);
      if (over && !pattern.test(this.output)) throw new Error(`never said ${pattern}: ${this.output}`);
    }
  }

  #nextOutput(): Promise<false> {
    return new Promise((resolve) => {
      this.#changed = () => resolve(false);
    });
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

let engine: Engine | undefined;
let groups = 0;

/** The engine of this test file. */
export function testEngine(): Engine {
  engine ??= openEngine();
  return engine;
}

afterAll(async () => {
  await engine?.close();
  engine = undefined;
});

export function planOf(config: VassalConfig): Plan {
  return buildPlan(config, { environment: ENVIRONMENT, uid: process.getuid?.() ?? 0, terminal: false });
}

export function startJail(changes: Partial<VassalConfig>, options: JailOptions = {}): TestJail {
  return new TestJail(testEngine(), vassalConfig({ directory: '/', ...changes }), options);
}

/** Runs it to its end. */
export async function runJail(changes: Partial<VassalConfig>, options: JailOptions = {}): Promise<JailEnd> {
  return startJail(changes, options).end;
}

function groupOf({ cgroups }: Engine): Cgroup | undefined {
  return cgroups?.of(`test${groups++}`);
}
