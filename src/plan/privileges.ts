// Steps that take the command's ids, and leave it no more rights than it shall have. The order is capabilities(7)'s: who has
// changed his uid may not change the bounding set, and what a change of uid takes away must be kept before it.
import type { Capability } from '../config/identity/capabilities.ts';
import type { Privileges } from '../config/identity/privileges.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { filterSteps, hasNoNewPrivsOff, landlockSteps, noNewPrivsOf } from './filter.ts';
import { idWords } from './look-up.ts';
import { type Step, step } from './step.ts';

export function privilegeSteps(config: VassalConfig): Step[] {
  const noNewPrivs = noNewPrivsOf(config);
  return [
    ...(hasNoNewPrivsOff(config) ? [...landlockSteps(config), ...filterSteps(config)] : []),
    ...boundingSteps(config.privileges),
    ...keepSteps(config),
    ...idSteps(config),
    ...capabilitySteps(config.privileges),
    ...ambientSteps(config.privileges),
    ...(noNewPrivs?.value ? [step('no-new-privs', [], noNewPrivs.at)] : []),
    ...(hasNoNewPrivsOff(config) ? [] : landlockSteps(config)),
  ];
}

function boundingSteps({ bounding, dropped }: Privileges): Step[] {
  const steps: Step[] = [];
  if (bounding) steps.push(step('bounding-set', words(bounding.value), bounding.at));
  if (dropped) steps.push(step('drop-bounding', words(dropped.value), dropped.at));
  return steps;
}

function keepSteps({ user, privileges: { exactly, ambient } }: VassalConfig): Step[] {
  const kept = exactly && exactly.value.length > 0 ? exactly : ambient;
  return user && kept ? [step('keep-caps', [], kept.at)] : [];
}

function idSteps(config: VassalConfig): Step[] {
  const { user, gid, groups } = config;
  const words = idWords(config);
  const groupsAt = user?.at ?? gid?.at;
  const steps: Step[] = [];
  if (groups) {
    steps.push('primary' in groups ? step('groups-found', [], groupsAt) : step('groups', groups, groupsAt));
  }
  if (words.gid !== undefined) steps.push(step('gid', [words.gid], gid?.at ?? user?.at));
  if (words.uid !== undefined) steps.push(step('uid', [words.uid], user?.at));
  return steps;
}

/** Those of this process, for the hooks that it runs before its exec. */
function capabilitySteps({ bounding, dropped, exactly }: Privileges): Step[] {
  if (exactly && exactly.value !== 'all') {
    return [step('capabilities', words(exactly.value), exactly.at)];
  }
  const from = exactly ?? dropped ?? bounding;
  return from ? [step('trim-capabilities', [], from.at)] : [];
}

function ambientSteps({ exactly, ambient }: Privileges): Step[] {
  const steps: Step[] = [];
  if (exactly && exactly.value.length > 0) {
    steps.push(step('ambient-unless-root', words(exactly.value), exactly.at));
  }
  if (ambient) steps.push(step('ambient', words(ambient.value), ambient.at));
  return steps;
}

function words(list: readonly Capability[] | 'all'): string[] {
  return list === 'all' ? ['all'] : list.map(({ name, number }) => `${name}:${number}`);
}
