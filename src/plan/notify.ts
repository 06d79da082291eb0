// sd_notify(3): the init listens on a socket of the jail's own network namespace, and the command is told of it.
import { speaksNotify } from '../config/readiness.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

/** Only an init reads what comes; in its last network namespace, since the name is one of that. */
export function notifySteps(config: VassalConfig): Step[] {
  return config.init.value && speaksNotify(config) ? [step('notify-socket')] : [];
}

/** `self`: the jailer knows what that is. */
export function notifyVariables(config: VassalConfig): [string, string][] {
  if (!speaksNotify(config)) return [];
  const variables: [string, string][] = [['NOTIFY_SOCKET', 'self']];
  if (config.heartbeatMs > 0)
    variables.push(['WATCHDOG_PID', 'self'], ['WATCHDOG_USEC', String(config.heartbeatMs * 1000)]);
  return variables;
}
