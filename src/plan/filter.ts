// Steps that take from the command what its rights would allow: files, and system calls. The filter of those comes last, since
// what the jailer does before its exec need not be allowed.

import type { Located } from '../config/origin.ts';
import { thisMachine } from '../config/seccomp/option.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { compileProfile } from './seccomp/compile.ts';
import { type Step, step } from './step.ts';

/** Without no_new_privs only who has CAP_SYS_ADMIN may do it, which the command need not have. */
export function hasNoNewPrivsOff({ privileges }: VassalConfig): boolean {
  return privileges.noNewPrivs?.value === false;
}

/** No exec gives more to who may not make every call or use every file: else it could be turned against programs of others. */
export function noNewPrivsOf({ privileges, filter, landlock }: VassalConfig): Located<boolean> | undefined {
  const limit = filter ?? landlock?.[0];
  return privileges.noNewPrivs ?? (limit && { value: true, at: limit.at });
}

/** One rule set for all of them. */
export function landlockSteps({ landlock = [] }: VassalConfig): Step[] {
  const [first] = landlock;
  if (first === undefined) return [];
  const words = landlock.map(({ value: { path, writable } }) => `${writable ? 'rw' : 'ro'}:${path}`);
  return [step('landlock', words, first.at)];
}

export function filterSteps({ filter }: VassalConfig): Step[] {
  if (filter === undefined) return [];
  const program = compileProfile(filter.value, thisMachine());
  return [step('seccomp', [filter.value.flags, program.toString('hex')], filter.at)];
}
