// The plan of somebody who enters a vassal that runs (`tsjail enter`): a guard that stays, and a command in all namespaces,
// the root and the control groups of the vassal's. Its rights are given up before the fork: what shows itself in the vassal's
// pid namespace never had more than it keeps.
import { NO_CGROUP_SETTINGS } from '../config/cgroup/settings.ts';
import type { Capability } from '../config/identity/capabilities.ts';
import { RESOURCES } from '../config/resources.ts';
import { barePlan } from './bare.ts';
import { FIRST_GROUP_FD } from './cgroup.ts';
import { type Plan, type Step, step } from './step.ts';

/** As whom: by numbers of the vassal's user namespace, or a name of its /etc/passwd. */
export type EnterAs =
  | { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
  | { readonly user: string };

export interface Entering {
  /** Of the vassal's command. */
  readonly pid: number;
  readonly startTicks: string;
  /** Directories of its control groups. */
  readonly groups: readonly string[];
  /** A group that cannot be joined is no reason not to enter: an ordinary user may not leave his own. */
  readonly groupsMayFail: boolean;
  readonly as: EnterAs;
  /** setgroups(2) is denied there. */
  readonly keepsGroups: boolean;
  readonly bounding: readonly Capability[];
  readonly ambient: readonly Capability[];
  readonly noNewPrivs: boolean;
  /** What the vassal's command may not do, and so nobody in there. */
  readonly restrictions?: readonly Pick<Step, 'name' | 'args'>[];
  readonly terminal: boolean;
  readonly directory: string;
  /** Undefined: a shell. */
  readonly command: readonly string[] | undefined;
  /** The shell that is wanted first. */
  readonly shell: string | undefined;
  /** NAME=VALUE. */
  readonly environment: readonly string[];
}

const VARIABLES = ['HOME', 'USER', 'LOGNAME', 'SHELL'];
const NOFILE_SOFT = '1024';
const UMASK = '22';
const SHELLS = ['/bin/bash'];
const LAST_SHELL = '/bin/sh';
/** Of service users: no shells at all. */
const NO_SHELL = /\/(nologin|false|true|sync)$/;

export function enterPlan(name: string, entering: Entering): Plan {
  const { groups } = entering;
  const nowhere = { file: '', line: 0, column: 0 };
  const directories = groups.map((value) => ({ value, at: nowhere }));
  return {
    ...barePlan(`enter-${name}`, [...guard(entering), ...commandOf(entering)]),
    // Their descriptors come with the spawn.
    ...(groups.length > 0 && { cgroups: { ...NO_CGROUP_SETTINGS, directories } }),
  };
}

function guard(entering: Entering): Step[] {
  const { pid, startTicks, groups, groupsMayFail, bounding } = entering;
  const mustWork = groupsMayFail ? 'may-fail' : 'must-work';
  return [
    step('session'),
    step('not-dumpable'),
    step('enter', [pid, startTicks]),
    ...groups.map((directory, index) => step('enter-cgroup', [FIRST_GROUP_FD + index, directory, mustWork])),
    ...lookUp(entering),
    step('bounding-set', words(bounding)),
    step('keep-caps'),
    ...idSteps(entering),
    step('trim-capabilities'),
    // A number that nothing is open under: the groups are the vassal's to end.
    step('init', [-1, -1, FIRST_GROUP_FD + groups.length, 0]),
  ];
}

function lookUp({ as, terminal }: Entering): Step[] {
  const environment = step('user-environment', VARIABLES);
  if ('uid' in as) return [step('find-user', [as.uid]), environment];
  return [
    step('find-user', [as.user]),
    step('group-of-user'),
    step('groups-of-user'),
    environment,
    ...(terminal ? [step('own-terminal')] : []),
  ];
}

function idSteps({ as, keepsGroups }: Entering): Step[] {
  if ('user' in as)
    return [...(keepsGroups ? [] : [step('groups-found')]), step('gid', ['found']), step('uid', ['found'])];
  return [...(keepsGroups ? [] : [step('groups', as.groups)]), step('gid', [as.gid]), step('uid', [as.uid])];
}

function commandOf(entering: Entering): Step[] {
  const { terminal, noNewPrivs, ambient, directory, restrictions = [] } = entering;
  // Only root may be kept from something without it.
  const getsNoMore = noNewPrivs || restrictions.length > 0;
  return [
    ...(terminal ? [step('terminal')] : []),
    step('rlimit', [RESOURCES.nofile?.number ?? 7, NOFILE_SOFT, '-']),
    step('umask', [UMASK]),
    ...(getsNoMore ? [step('no-new-privs')] : []),
    ...(ambient.length > 0 ? [step('ambient-unless-root', words(ambient))] : []),
    step('chdir-or-root', [directory]),
    step('signals'),
    step('death-signal'),
    step('close-fds'),
    ...restrictions.map(({ name, args }) => step(name, args)),
    ...execSteps(entering),
  ];
}

function execSteps({ command, shell, environment }: Entering): Step[] {
  if (command) return [step('exec', [command.length, ...command, ...environment])];
  const wanted = shell?.startsWith('/') && !NO_SHELL.test(shell) ? [shell] : [];
  const before = [...new Set([...wanted, ...SHELLS])];
  return [step('other-programs', [before.length, ...before]), step('exec', [1, LAST_SHELL, ...environment])];
}

function words(list: readonly Capability[]): string[] {
  return list.map(({ name, number }) => `${name}:${number}`);
}
