// What a tenant's value needs, option by option: most are used after his vassal has become him, so that the kernel itself says
// no; what root would have to do for him is refused here, at the line that asks for it.
import type { HookAction } from './hooks/actions.ts';
import { OUTER_PHASES } from './hooks/phases.ts';
import type { HostFacts } from './host.ts';
import type { JailSettings } from './jail-settings.ts';
import { isNew, joined } from './namespaces.ts';
import type { Given, Values } from './options/read.ts';
import { LIMIT_OPTIONS, OPTION_NAMES, OPTIONS, type OptionName } from './options.ts';
import { RESOURCES } from './resources.ts';
import { isTenants, shares } from './tenant.ts';
import type { Limit } from './vassal-config.ts';
import type { VassalDefaults } from './vassal-defaults.ts';

const HOOKS_WHILE_WAITING = ['hook', 'mount', 'umount', 'exec'].map((each) => `${each}-as-on-demand-vassal`);

export interface NeedParts {
  readonly name: OptionName;
  readonly values: Values;
  readonly jail: JailSettings;
  readonly host: HostFacts;
  readonly defaults: VassalDefaults;
}

/** What is wrong with a tenant's value; undefined: nothing. */
type Need = (given: Given<unknown>, parts: NeedParts) => string | undefined;

const nothing: Need = () => undefined;

const rootsAlone: Need = ({ item }) =>
  `a tenant cannot have \`${item.entry.written}\`: only root could do it`;

/** Root of a user namespace of his own can do it, to what is his. */
const ownUser: Need = ({ item }, { jail }) =>
  isNew(jail, 'user')
    ? undefined
    : `\`${item.entry.written}\` of a tenant needs \`user\` among the namespaces of \`clone\`: without it only root could do it`;

/** Its programs are run as the tenant, beside the daemon. */
function hookNeed(option: string): Need {
  const isOutside = OUTER_PHASES.some((phase) => option.endsWith(`-${phase}`));
  return (given, parts) => {
    const { name } = given.value as HookAction;
    if (!['mount', 'umount', 'hostname'].includes(name)) return undefined;
    return isOutside ? rootsAlone(given, parts) : ownUser(given, parts);
  };
}

/** He may only make it harder for himself, and not at all where the daemon's config has said it. */
const unsaid: Need = ({ item }, { name, values }) => {
  const other = values.all(name).find((each) => !isTenants(each));
  if (other === undefined) return undefined;
  return `the daemon's own config says \`${item.entry.written}\` already (${other.at.file}:${other.at.line}): a tenant cannot change it`;
};

/** Together, in this order. */
function both(...needs: readonly Need[]): Need {
  return (given, parts) => {
    for (const need of needs) {
      const complaint = need(given, parts);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  };
}

function atLeast(least: (parts: NeedParts) => number, unit = ''): Need {
  return ({ value, item }, parts) =>
    Number(value) >= least(parts)
      ? undefined
      : `\`${item.entry.written}\` of a tenant is at least ${least(parts)}${unit}`;
}

function atMost(most: (parts: NeedParts) => number, unit = ''): Need {
  return ({ value, item }, parts) =>
    Number(value) <= most(parts)
      ? undefined
      : `\`${item.entry.written}\` of a tenant is at most ${most(parts)}${unit}`;
}

const limitNeed: Need = ({ value, item }, { name, host }) => {
  const { hard = 0, soft = 0 } = value as Limit;
  const { number, unit } = RESOURCES[name.slice('limit-'.length)] ?? { number: -1, unit: 'count' };
  const most = host.presentHardLimits?.[number] ?? Number.POSITIVE_INFINITY;
  if (Math.max(hard, soft) <= most) return undefined;
  const amount = unit === 'bytes' || unit === 'mebibytes' ? `${most} bytes` : most;
  return `\`${item.entry.written}\` of a tenant cannot be above the daemon's own hard limit, ${amount}`;
};

/** More namespaces would make him root over what the daemon's config hides from him. */
const ownNamespaces: Need = ({ item, value }, { values, defaults }) => {
  if (value === undefined) return undefined;
  const given = MADE_FOR_HIM.flatMap((name) => values.last(name) ?? []).find((each) => !isTenants(each));
  const { actions, setns = [] } = defaults.hooks ?? {};
  const { at } = given ?? [...(actions?.values() ?? [])].flat()[0] ?? setns[0] ?? {};
  if (at === undefined) return undefined;
  return `a tenant can have no \`${item.entry.written}\` of his own where the daemon's config has hooks or a root file system for his jail (${at.file}:${at.line}): he would be root over them`;
};

const MADE_FOR_HIM = OPTION_NAMES.filter((name) => {
  const { scope, group } = OPTIONS[name];
  return scope === 'vassal' && (group === 'hooks' || group === 'file system') && name !== 'hook-timeout';
});
const FILE_SYSTEM = OPTION_NAMES.filter((name) => OPTIONS[name].group === 'file system');

/** To stop the daemon is not to wait for one tenant longer than that. */
const LONGEST_STOP_MS = 60_000;
/** cgroup v2's default. */
const DEFAULT_WEIGHT = 100;

/** A jail that the daemon's config asks for keeps its profile. */
const noLooser: Need = ({ item, value }, { values, defaults }) => {
  if (value !== 'open' && value !== 'none' && value !== false) return undefined;
  const { value: daemons } = joined(shares(values.all('clone')).daemon) ?? defaults.namespaces ?? {};
  if (!daemons?.has('fs') || !daemons.has('pid')) return undefined;
  return `\`${item.entry.written} = ${item.entry.value}\` is not for a tenant: the jail is the daemon's`;
};

const daemonsAlone: Need = ({ item }) =>
  `a tenant cannot have \`${item.entry.written}\`: the daemon would do it with its own rights`;

const NEEDS: Readonly<Partial<Record<string, Need>>> = {
  ...each(daemonsAlone, 'socket', 'chmod-socket', 'chown-socket', 'listen'),
  ...each(daemonsAlone, ...HOOKS_WHILE_WAITING),
  ...each(nothing, 'on-demand', 'idle-timeout', 'emperor-pipe'),
  ...each(nothing, 'ready', 'heartbeat-timeout', 'after', 'instances', 'cron'),
  ...each(nothing, 'command', 'unprivileged-binary-patch-arg', 'unprivileged-binary-patch'),
  ...each(nothing, 'chdir', 'env', 'unenv', 'env-file', 'umask', 'init', 'log'),
  ...each(nothing, 'log-max-size', 'log-keep', 'log-date'),
  ...each(unsaid, 'log-rate-limit'),
  // Checked with the identity.
  ...each(nothing, 'uid', 'gid', 'no-initgroups', 'landlock-ro', 'landlock-rw'),
  ...each(nothing, 'uid-map', 'gid-map'),
  ...each(nothing, 'refork', 'refork-as-root', 'refork-post-jail'),
  ...each(nothing, 'restart', 'start-limit', 'start-timeout', 'stop-signal', 'reload', 'hook-timeout'),
  ...each(ownNamespaces, 'clone', 'unshare', 'unshare2'),
  ...each(ownUser, 'cap', 'cap-drop', 'cap-ambient', 'hostname', 'domainname'),
  ...each(ownUser, 'setns-socket', 'setns-socket-skip', 'setns-preopen'),
  ...each(ownUser, ...FILE_SYSTEM),
  ...each(rootsAlone, 'add-gid', 'setns', 'hook-as-emperor-setns'),
  ...each(rootsAlone, 'cgroup', 'cgroup-opt', 'cgroup-dir-mode'),
  ...each(unsaid, 'memory-max', 'memory-high', 'cpu-max', 'pids-max', 'io-max'),
  ...each(both(unsaid, noLooser), 'no-new-privs', 'seccomp', 'profile'),
  'cpu-weight': both(
    unsaid,
    atMost(() => DEFAULT_WEIGHT),
  ),
  ...each(both(unsaid, limitNeed), ...LIMIT_OPTIONS),
  prio: both(
    unsaid,
    atLeast(() => 0),
  ),
  'oom-score-adj': both(
    unsaid,
    atLeast(({ host }) => host.oomScoreAdj ?? 0),
  ),
  'restart-delay': atLeast(({ defaults }) => defaults.restartDelayMs, ' ms'),
  'max-restart-delay': atLeast(({ defaults }) => defaults.restartDelayMs, ' ms'),
  'stable-after': atLeast(() => 1000, ' ms'),
  'stop-timeout': atMost(({ defaults }) => Math.max(defaults.stopTimeoutMs, LONGEST_STOP_MS), ' ms'),
};

function each(need: Need, ...names: readonly string[]): Record<string, Need> {
  return Object.fromEntries(names.map((name) => [name, need]));
}

/** Undefined: nobody has said yet what a tenant may do with it, so he may not. */
export function needOf(name: OptionName): Need | undefined {
  if (NEEDS[name]) return NEEDS[name];
  if (name.startsWith('wait-for-')) return nothing;
  return OPTIONS[name].group === 'hooks' ? hookNeed(name) : undefined;
}
