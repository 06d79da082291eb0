// The step that leaves an init behind.
import type { VassalConfig } from '../config/vassal-config.ts';
import { idWords } from './look-up.ts';
import { firstPassedFd, passedFds } from './passed.ts';
import { type Step, step } from './step.ts';

/** Descriptor of the jailer that is open on the vassal's cgroup.kill, when there is one. */
export function killFdOf(config: VassalConfig): number {
  return firstPassedFd(config) + passedFds(config).length;
}

const STAYS = { uid: -1, gid: -1 };

/** `cloneFlags`: of the fork of the command. */
export function initStep(config: VassalConfig, cloneFlags: number): Step {
  // A guard stays who he is: he forks before anybody can be looked up in the jail.
  const { uid, gid } = config.init.value ? idWords(config) : STAYS;
  return step('init', [uid ?? -1, gid ?? -1, killFdOf(config), cloneFlags], config.init.at);
}
