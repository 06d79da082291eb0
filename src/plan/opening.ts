// The first steps of every plan: a session of its own, the ids of a new user namespace, and nobody looks on.
import type { VassalConfig } from '../config/vassal-config.ts';
import { NEWTIME } from './namespaces.ts';
import { earlySources } from './root.ts';
import { type OutsideWork, type Step, step } from './step.ts';
import { isTenantsJail } from './tenant.ts';

export function opening(config: VassalConfig, outside: OutsideWork | undefined): Step[] {
  const { namespaces } = config;
  const steps = [step('session')];
  if (outside?.when === 'cloned')
    steps.push(
      step('await-release'),
      ...earlySources(config),
      // Those of the daemon would be left to him.
      ...(isTenantsJail(config) ? [step('groups', [])] : []),
      step('own-user', [], namespaces.at),
    );
  steps.push(step('not-dumpable'));
  if (namespaces.value.has('time')) steps.push(step('unshare', [NEWTIME], namespaces.at));
  return steps;
}
