// May the net namespace of a jail be one that was made ahead, with `lo` up already? Only where nobody could tell.
import { NEWNET, NEWUSER } from './namespaces.ts';
import type { Plan, StepName } from './step.ts';

/** What the jailer does by itself before `lo` is up; anything else may be somebody who looks. */
const BLIND: ReadonlySet<StepName> = new Set(['session', 'not-dumpable', 'private-mounts']);

/** A new user namespace must own the net namespace: whoever is root in it would have no say there. */
export function takesSpareNetwork({ cloneFlags, steps }: Plan): boolean {
  if ((cloneFlags & NEWNET) === 0 || (cloneFlags & NEWUSER) !== 0) return false;
  return steps.find(({ name }) => !BLIND.has(name))?.name === 'loopback-up';
}
