// Steps that make the jail's root file system.
import { isNew } from '../config/namespaces.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

/** mount(2): MS_NOSUID | MS_NODEV | MS_NOEXEC. */
const PROC_FLAGS = 2 | 4 | 8;

export function rootSteps(config: VassalConfig): Step[] {
  const { namespaces, unshare, refork } = config;
  // Root of a user namespace that came later may not mount the /proc of the pid namespace before it.
  const isCloned = namespaces.value.has('pid') && !unshare?.value.has('user');
  const pidIsNew = isCloned || (unshare?.value.has('pid') && refork.postJail);
  return pidIsNew ? freshProc(config) : [];
}

/** For a new pid namespace that this process is in. */
export function freshProc(config: VassalConfig): Step[] {
  const { namespaces, unshare } = config;
  const maker = unshare?.value.has('pid') ? unshare : namespaces;
  return isNew(config, 'fs') ? [step('mount', ['proc', '/proc', 'proc', PROC_FLAGS, ''], maker.at)] : [];
}

/** After the last hook that may need them: what the command shall not see goes. */
export function closeRoot(_config: VassalConfig): Step[] {
  return [];
}
