// VassalConfig → plan, in the one order of set-up (design: "Order of set-up"), whatever the config lists first.
// Why this order: what needs root comes before the ids are dropped, what the init must not share comes after `init`.
import { NAMESPACES, type NamespaceName } from '../config/namespaces.ts';
import type { Origin } from '../config/origin.ts';
import { RESOURCES } from '../config/resources.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { commandEnvironment } from './environment.ts';
import { hostIdsOf } from './host-ids.ts';
import type { OutsideWork, Plan, Step, StepName } from './step.ts';

/** What the plan needs to know of the daemon that will carry it out. */
export interface PlanContext {
  /** The daemon's own environment, already free of what no vassal should see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** The vassal shall get its stdin as its controlling terminal (`tsjail run` on a terminal). */
  readonly terminal: boolean;
}

/** mount(2): MS_NOSUID | MS_NODEV | MS_NOEXEC. */
const PROC_FLAGS = 2 | 4 | 8;
/** Descriptor of the jailer that is open on the vassal's cgroup.kill, when there is one. */
export const KILL_FD = 5;
const NEWUSER = flagOf('user');
const NEWTIME = flagOf('time');
const NOFILE_SOFT = '1024';

function flagOf(name: NamespaceName): number {
  return NAMESPACES.find((ns) => ns.name === name)?.flag ?? 0;
}

/** `killFd` tells whether the Emperor hands over an fd on cgroup.kill as KILL_FD. */
export function buildPlan(config: VassalConfig, context: PlanContext): Plan {
  const spaces = config.namespaces.value;
  const flags =
    NAMESPACES.filter((ns) => spaces.has(ns.name)).reduce((all, ns) => all | ns.flag, 0) & ~NEWTIME;
  // Without an init the command is to be pid 1: the jailer stays outside as its guard and clones the namespaces itself.
  const cloneFlags = config.init.value ? flags : flags & NEWUSER;
  const outside = outsideWork(config, context);
  return {
    name: config.name,
    cloneFlags,
    outside,
    ownPidNamespace: config.init.value && spaces.has('pid'),
    owner: context.uid === 0 ? hostIdsOf(config) : undefined,
    steps: [
      ...opening(config, outside),
      ...(config.init.value
        ? [...insideNamespaces(config), initStep(config, 0)]
        : [initStep(config, flags & ~NEWUSER), ...insideNamespaces(config)]),
      ...ofTheCommand(config, context),
    ],
  };
}

function step(name: StepName, args: readonly (string | number)[] = [], at?: Origin): Step {
  return { name, args: args.map(String), at };
}

function outsideWork(config: VassalConfig, context: PlanContext): OutsideWork | undefined {
  if (!config.namespaces.value.has('user')) return undefined;
  return {
    uidMap: config.uidMap.map((range) => range.value),
    gidMap: config.gidMap.map((range) => range.value),
    denySetgroups: context.uid !== 0,
    hardLimits: [...config.limits].flatMap(([name, { value, at }]) =>
      value.hard === undefined ? [] : [{ name, hard: value.hard, at }],
    ),
    nice: config.prio,
    oomScoreAdj: config.oomScoreAdj,
  };
}

function opening(config: VassalConfig, outside: OutsideWork | undefined): Step[] {
  const steps = [step('session')];
  if (outside !== undefined) steps.push(step('await-release'), step('own-user', [], config.namespaces.at));
  steps.push(step('not-dumpable'));
  if (config.namespaces.value.has('time')) steps.push(step('unshare', [NEWTIME], config.namespaces.at));
  return steps;
}

function insideNamespaces(config: VassalConfig): Step[] {
  const { value: spaces, at } = config.namespaces;
  const steps: Step[] = [];
  if (spaces.has('fs')) steps.push(step('private-mounts', [], at));
  if (spaces.has('net')) steps.push(step('loopback-up', [], at));
  if (config.hostname) steps.push(step('hostname', [config.hostname.value], config.hostname.at));
  if (spaces.has('pid') && spaces.has('fs'))
    steps.push(step('mount', ['proc', '/proc', 'proc', PROC_FLAGS, ''], at));
  return steps;
}

function initStep(config: VassalConfig, cloneFlags: number): Step {
  return step(
    'init',
    [config.user?.value.uid ?? -1, config.gid?.value ?? -1, KILL_FD, cloneFlags],
    config.init.at,
  );
}

function ofTheCommand(config: VassalConfig, context: PlanContext): Step[] {
  const inUserNamespace = config.namespaces.value.has('user');
  const steps: Step[] = [];
  if (context.terminal) steps.push(step('terminal'));
  // Node has raised its own soft limit to the hard one.
  if (config.limits.get('nofile')?.value.soft === undefined)
    steps.push(step('rlimit', [RESOURCES.nofile?.number ?? 7, NOFILE_SOFT, '-']));
  for (const [name, limit] of config.limits) {
    steps.push(
      step(
        'rlimit',
        [RESOURCES[name]?.number ?? -1, half(limit.value.soft), half(limit.value.hard)],
        limit.at,
      ),
    );
  }
  if (config.prio && !inUserNamespace) steps.push(step('nice', [config.prio.value], config.prio.at));
  if (config.oomScoreAdj && !inUserNamespace) {
    steps.push(step('oom-score-adj', [config.oomScoreAdj.value], config.oomScoreAdj.at));
  }
  steps.push(step('umask', [config.umask.value.toString(8)], config.umask.at));
  steps.push(
    config.chdir
      ? step('chdir', [config.chdir.value], config.chdir.at)
      : step('chdir-or-root', [config.directory]),
  );
  steps.push(...identity(config));
  // death-signal comes after the ids: the kernel clears it on a credential change (prctl(2)).
  steps.push(step('signals'), step('death-signal'), step('close-fds'));
  const env = commandEnvironment(config, context.environment);
  steps.push(step('exec', [config.command.value.length, ...config.command.value, ...env], config.command.at));
  return steps;
}

function identity(config: VassalConfig): Step[] {
  const steps: Step[] = [];
  const at = config.user?.at ?? config.gid?.at;
  if (config.groups) steps.push(step('groups', config.groups, at));
  if (config.gid) steps.push(step('gid', [config.gid.value], config.gid.at));
  if (config.user) steps.push(step('uid', [config.user.value.uid], config.user.at));
  return steps;
}

function half(value: number | undefined): string {
  if (value === undefined) return '-';
  return value === Number.POSITIVE_INFINITY ? 'inf' : String(value);
}
