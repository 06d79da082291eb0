// What becomes of a vassal's control groups: most is done by the Emperor before the clone (Plan.cgroups); the steps join those
// that the launcher cannot clone into.
import type { CgroupSettings } from '../config/cgroup/settings.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { NEWCGROUP } from './namespaces.ts';
import { type Step, step } from './step.ts';

/** Descriptor of the jailer that is open on cgroup.procs of the first group that the config names; those of the others follow. */
export const FIRST_GROUP_FD = 5;

/** Undefined: nothing is to be set up, the launcher makes the vassal's own group. */
export function groupsToSetUp({ cgroup }: VassalConfig): CgroupSettings | undefined {
  return cgroup.directories.length + cgroup.limits.length === 0 ? undefined : cgroup;
}

/** A group on a v2 hierarchy has been joined by the clone: the step finds that out by itself. */
export function groupSteps({ cgroup, namespaces: { value, at } }: VassalConfig): Step[] {
  const steps = cgroup.directories.map((directory, index) =>
    step('join-cgroup', [FIRST_GROUP_FD + index, directory.value], directory.at),
  );
  // A cgroup namespace shows as its root the groups that its first process was in when it was made (cgroup_namespaces(7)).
  if (steps.length > 0 && value.has('cgroup')) steps.push(step('unshare', [NEWCGROUP], at));
  return steps;
}
