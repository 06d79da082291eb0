// Steps that find out in the jail who its user is: a name is looked up in the files of the root that the command will see.
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

/** What a user's entry in passwd says about his environment. */
const VARIABLES = ['HOME', 'USER', 'LOGNAME', 'SHELL'];
/** Of what is looked up, in the arguments of other steps. */
const FOUND = 'found';

export function lookUpSteps(config: VassalConfig): Step[] {
  const { user, gid } = config;
  const steps: Step[] = [];
  if (user && 'inJail' in user.value) steps.push(step('find-user', [user.value.inJail], user.at));
  if (typeof gid?.value === 'object') steps.push(step('find-group', [gid.value.inJail], gid.at));
  else if (user && 'inJail' in user.value) steps.push(step('group-of-user', [], user.at));
  steps.push(...groupsOf(config));
  if (user && 'inJail' in user.value) steps.push(...ofUser(config, user.at));
  return steps;
}

function groupsOf({ user, gid, groups }: VassalConfig): Step[] {
  if (groups === undefined || !('primary' in groups)) return [];
  const nobody = user === undefined && gid === undefined;
  return [
    ...(nobody ? [step('find-group', [groups.primary])] : []),
    ...(groups.ofUser ? [step('groups-of-user', [], user?.at)] : []),
    ...groups.added.map(({ value, at }) => step('add-group', [value], at)),
  ];
}

function ofUser({ env, unenv }: VassalConfig, at: Step['at']): Step[] {
  const gone = new Set(unenv.map(({ value }) => value));
  const wanted = VARIABLES.filter((name) => !env.has(name) && !gone.has(name));
  const environment = wanted.length > 0 ? [step('user-environment', wanted, at)] : [];
  return [...environment, step('own-output', [], at)];
}

/** For the terminal that `tsjail run` made, once the command has it. */
export function ownTerminal({ user }: VassalConfig): Step[] {
  return user && 'inJail' in user.value ? [step('own-terminal', [], user.at)] : [];
}

/** As arguments of steps; undefined: stays as it is. */
export function idWords({ user, gid }: VassalConfig): {
  readonly uid: number | string | undefined;
  readonly gid: number | string | undefined;
} {
  const inJail = user !== undefined && 'inJail' in user.value;
  return {
    uid: user && ('inJail' in user.value ? FOUND : user.value.uid),
    gid: inJail || typeof gid?.value === 'object' ? FOUND : gid?.value,
  };
}
