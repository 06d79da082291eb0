// The step that leaves an init behind.
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

/** Descriptor of the jailer that is open on the vassal's cgroup.kill, when there is one. */
export const KILL_FD = 5;

/** `cloneFlags`: of the fork of the command. */
export function initStep(config: VassalConfig, cloneFlags: number): Step {
  return step(
    'init',
    [config.user?.value.uid ?? -1, config.gid?.value ?? -1, KILL_FD, cloneFlags],
    config.init.at,
  );
}
