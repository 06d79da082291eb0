// What the Emperor does to a jail from outside, between clone and release: root of a user namespace may not do it itself.
import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import type { Origin } from '../config/origin.ts';
import { RESOURCES } from '../config/resources.ts';
import type { OutsideWork } from '../plan/step.ts';
import { writeIdMaps } from './id-maps.ts';
import type { Native } from './native.ts';

/** A failed system call, as the addon and Node throw it. */
export interface SystemFailure extends Error {
  readonly errno: number;
  readonly syscall: string;
}

/** Which part of the work failed. */
export class OutsideError extends Error {
  readonly what: string;
  /** The line that asked for it. */
  readonly at: Origin | undefined;
  readonly failure: SystemFailure;

  constructor(what: string, at: Origin | undefined, failure: SystemFailure) {
    super(what, { cause: failure });
    this.what = what;
    this.at = at;
    this.failure = failure;
  }
}

/** `pid` is our own unreaped child: the number cannot have been given to somebody else. Throws the first OutsideError. */
export async function workFromOutside(native: Native, pid: number, work: OutsideWork): Promise<void> {
  const { nice, oomScoreAdj } = work;
  await doing('id maps', undefined, () => writeIdMaps(pid, work));
  for (const { name, hard, at } of work.hardLimits)
    await doing(`limit-${name} ${hard}`, at, () => native.raiseHardLimit(pid, numberOf(name), hard));
  if (nice) await doing(`prio ${nice.value}`, nice.at, () => setPriority(pid, nice.value));
  if (oomScoreAdj) {
    await doing(`oom-score-adj ${oomScoreAdj.value}`, oomScoreAdj.at, () =>
      writeFile(`/proc/${pid}/oom_score_adj`, String(oomScoreAdj.value)),
    );
  }
}

async function doing(what: string, at: Origin | undefined, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new OutsideError(what, at, error as SystemFailure);
  }
}

function numberOf(resource: string): number {
  const number = RESOURCES[resource]?.number;
  if (number === undefined) throw new Error(`no such resource: ${resource}`);
  return number;
}
