// Steps that take the command's ids, and leave it no more rights than it shall have.
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

export function privilegeSteps({ user, gid, groups }: VassalConfig): Step[] {
  const steps: Step[] = [];
  if (groups) steps.push(step('groups', groups, user?.at ?? gid?.at));
  if (gid) steps.push(step('gid', [gid.value], gid.at));
  if (user) steps.push(step('uid', [user.value.uid], user.at));
  return steps;
}
