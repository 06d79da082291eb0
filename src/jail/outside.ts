// What the Emperor does to a jail from outside, between clone and release: root of a user namespace may not do it itself.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Origin } from '../config/origin.ts';
import { RESOURCES } from '../config/resources.ts';
import type { OutsideWork } from '../plan/step.ts';
import type { HostProgram } from './host-program.ts';
import { mapCommand, writeIdMaps } from './id-maps.ts';
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
  /** The system call, or what a helper said. */
  readonly failure: SystemFailure | string;

  constructor(what: string, at: Origin | undefined, failure: SystemFailure | string) {
    super(what, { cause: failure });
    this.what = what;
    this.at = at;
    this.failure = failure;
  }
}

/** Has the maps written that are not ours to write, one helper after the other. Throws OutsideError. They take turns of the
 *  loop: until they are done the caller must see to it that `pid` is not reaped. `run` starts a program. */
export async function runMapHelpers(
  pid: number,
  work: OutsideWork,
  run: (argv: readonly string[]) => HostProgram,
): Promise<void> {
  for (const { value, at } of work.helpers) {
    const argv = mapCommand(value, pid, work);
    let helper: HostProgram | undefined;
    doing(`${value}-map`, at, () => {
      helper = run(argv);
    });
    const end = await helper?.end;
    if (end && end.code !== 0) throw new OutsideError(`${value}-map`, at, end.said);
  }
}

/** All in one turn of the loop, which reaps no child meanwhile: `pid` is ours to its end, and cannot have been given to
 *  somebody else. None of it waits for anything. Throws the first OutsideError. */
export function workFromOutside(native: Native, pid: number, work: OutsideWork): void {
  const { nice, oomScoreAdj } = work;
  doing('id maps', undefined, () => writeIdMaps(pid, work));
  for (const { name, hard, at } of work.hardLimits)
    doing(`limit-${name} ${hard}`, at, () => native.raiseHardLimit(pid, numberOf(name), hard));
  if (nice) doing(`prio ${nice.value}`, nice.at, () => setPriority(pid, nice.value));
  if (oomScoreAdj) {
    doing(`oom-score-adj ${oomScoreAdj.value}`, oomScoreAdj.at, () =>
      writeFileSync(`/proc/${pid}/oom_score_adj`, String(oomScoreAdj.value)),
    );
  }
}

function doing(what: string, at: Origin | undefined, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new OutsideError(what, at, error as SystemFailure);
  }
}

function numberOf(resource: string): number {
  const number = RESOURCES[resource]?.number;
  if (number === undefined) throw new Error(`no such resource: ${resource}`);
  return number;
}
