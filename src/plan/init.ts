// The step that leaves an init behind.
import type { VassalConfig } from '../config/vassal-config.ts';
import { FIRST_GROUP_FD } from './cgroup.ts';
import { idWords } from './look-up.ts';
import { type Step, step } from './step.ts';

/** Descriptor of the jailer that is open on the vassal's cgroup.kill, when there is one. */
export function killFdOf({ cgroup }: VassalConfig): number {
  return FIRST_GROUP_FD + cgroup.directories.length;
}

const STAYS = { uid: -1, gid: -1 };

/** `cloneFlags`: of the fork of the command. */
export function initStep(config: VassalConfig, cloneFlags: number): Step {
  // A guard stays who he is: he forks before anybody can be looked up in the jail.
  const { uid, gid } = config.init.value ? idWords(config) : STAYS;
  return step('init', [uid ?? -1, gid ?? -1, killFdOf(config), cloneFlags], config.init.at);
}
