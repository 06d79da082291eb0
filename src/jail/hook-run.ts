// Hooks that the Emperor does beside a jail: a jailer in the daemon's own namespaces carries them out, so that nothing of them
// blocks the event loop, and whatever they leave running ends with it.
import { barePlan } from '../plan/bare.ts';
import type { Plan, Step } from '../plan/step.ts';
import type { JailCgroup, JailParts, JailStdio, SpawnFailure } from './jail.ts';
import { JailedProcess } from './jailed-process.ts';
import type { NativeError } from './native.ts';

export interface HookRun {
  /** The steps of a helper: see plan/hooks.ts. */
  readonly steps: readonly Step[];
  /** Of the vassal. */
  readonly name: string;
  /** Descriptors 1 and 2 as those of the vassal's command; descriptor 0 is for the step `hook-join`. */
  readonly stdio: JailStdio;
  /** NAME=VALUE, besides those of the plan. */
  readonly variables: readonly string[];
  /** Its programs are in that group; undefined: in that of the daemon. */
  readonly cgroup?: JailCgroup | undefined;
  readonly output: (chunk: Uint8Array) => void;
  /** That step has mounted something on the host. */
  readonly mounted: (step: Step | undefined, mount: string) => void;
}

/** -1: to be read by us. */
const PIPE = -1;

export class Helper {
  /** Undefined: all of it was done. */
  readonly end: Promise<SpawnFailure | undefined>;
  #process: JailedProcess | undefined;

  constructor(parts: JailParts, run: HookRun) {
    this.end = new Promise((resolve) => {
      try {
        this.#process = this.#spawn(parts, run, resolve);
      } catch (error) {
        resolve({ kind: 'native', what: 'hook', error: error as NativeError });
      }
    });
  }

  /** Ends it with everybody below it. */
  kill(): void {
    this.#process?.kill();
  }

  #spawn(parts: JailParts, run: HookRun, done: (failure: SpawnFailure | undefined) => void): JailedProcess {
    const plan = planOf(run);
    let failure: SpawnFailure | undefined;
    return JailedProcess.spawn(parts, plan, run.stdio, guestOf(run.cgroup), {
      jailer: () => {},
      waiting: () => {},
      started: () => {},
      failed: (what) => {
        failure = what.kind === 'step' ? { kind: 'hook', failure: what.failure, steps: plan.steps } : what;
      },
      output: run.output,
      mounted: (index, mount) => run.mounted(plan.steps[index], mount),
      trouble: () => {},
      ended: (_command, status) => done(failure ?? unspoken(plan.steps, status?.code ?? null)),
    });
  }
}

/** Its end is not that of the others there. */
function guestOf(cgroup: JailCgroup | undefined): JailCgroup | undefined {
  return cgroup && { path: cgroup.path, isOurs: false, kill: async () => {}, destroy: async () => {} };
}

/** Of a helper that said nothing: `exit` was among its actions, or somebody has killed it. */
function unspoken(steps: readonly Step[], code: number | null): SpawnFailure | undefined {
  if (code === 0) return undefined;
  const detail = code === null ? 'it was killed' : `it ended with code ${code}`;
  const step = Math.max(
    steps.findIndex(({ at }) => at !== undefined),
    0,
  );
  return { kind: 'hook', failure: { step, errno: 0, detail }, steps };
}

function planOf({ steps, name, variables }: HookRun): Plan {
  const withVariables = (step: Step): Step =>
    step.name === 'hook-environment' ? { ...step, args: [...step.args, ...variables] } : step;
  return barePlan(name, steps.map(withVariables));
}

/** `input`: a pidfd, or /dev/null. */
export function helperStdio(stdio: JailStdio, input: number, nullFd: number): JailStdio {
  if (stdio === 'pipe') return [input, PIPE, PIPE];
  return stdio === 'null' ? [input, nullFd, nullFd] : [input, stdio[1], stdio[2]];
}
