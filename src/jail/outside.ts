// What the Emperor does to a jail from outside, between clone and release: root of a user namespace may not do it itself.
import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import type { OutsideWork } from '../plan/step.ts';
import { writeIdMaps } from './id-maps.ts';
import type { Native } from './native.ts';

/** `pid` is our own unreaped child: the number cannot have been given to somebody else. Throws the first error. */
export async function workFromOutside(native: Native, pid: number, work: OutsideWork): Promise<void> {
  await writeIdMaps(pid, work);
  for (const { resource, hard } of work.hardLimits) native.raiseHardLimit(pid, resource, hard);
  if (work.nice !== undefined) setPriority(pid, work.nice);
  if (work.oomScoreAdj !== undefined) await writeFile(`/proc/${pid}/oom_score_adj`, String(work.oomScoreAdj));
}
