// Values → VassalConfig: defaults filled in, and what does not go together reported.
import { type Attributes, chdirOf } from './attributes.ts';
import { cgroupSettings } from './cgroup/settings.ts';
import { commandOf } from './command.ts';
import { needsEmperorPipe } from './drop-in.ts';
import { givenOptions } from './given.ts';
import { hookSettings } from './hooks/settings.ts';
import type { HostFacts } from './host.ts';
import { mayBeHostRoot } from './host-root.ts';
import { identityOf } from './identity/identity.ts';
import { landlockOf } from './identity/landlock.ts';
import { privilegesOf } from './identity/privileges.ts';
import { jailSettings } from './jail-settings.ts';
import { lifeOf } from './life.ts';
import { mannerOf } from './logging.ts';
import type { Values } from './options/read.ts';
import { LIMIT_OPTIONS } from './options.ts';
import type { Located, Origin } from './origin.ts';
import type { Problems, Span } from './problems/problems.ts';
import { privilegesWithin, profileOf } from './profile.ts';
import { rootWithin } from './profile-root.ts';
import { readinessOf } from './readiness.ts';
import { hostnameOf } from './root/namespaces.ts';
import { rootSettings } from './root/settings.ts';
import { scheduleOf } from './schedule.ts';
import { type FilterParts, filterOf } from './seccomp/option.ts';
import { setnsSettings } from './setns/settings.ts';
import type { SocketLine } from './sockets/line.ts';
import { socketsOf } from './sockets.ts';
import { isTenants } from './tenant.ts';
import { checkTenant } from './tenant-checks.ts';
import type { OwnSetUp } from './uwsgi/own-set-up.ts';
import type { Limit, LogTarget, VassalConfig } from './vassal-config.ts';
import type { VassalDefaults } from './vassal-defaults.ts';
import { checkResources } from './without-root.ts';

export interface Assembly {
  readonly values: Values;
  readonly defaults: VassalDefaults;
  readonly host: HostFacts;
  readonly problems: Problems;
  readonly input: {
    readonly name: string;
    readonly path: string;
    readonly directory: string;
    readonly command?: Located<readonly string[]> | undefined;
  };
  readonly env: ReadonlyMap<string, Located<string>>;
  readonly attributes: Attributes;
  /** Of a file for uWSGI itself. */
  readonly ownSetUp?: OwnSetUp | undefined;
  /** The socket that the daemon's config has it wait on. */
  readonly calledBy?: Located<SocketLine> | undefined;
  /** The text of a file that an item names; undefined: not known yet. */
  readonly readFor: FilterParts['readFor'];
  /** What a value that nobody gave points at. */
  readonly nowhere: Span;
}

/** Undefined: without a command there is no config. With problems it is one that must not be used. */
export function assemble(parts: Assembly): VassalConfig | undefined {
  const { values, defaults, host, problems, input, env, attributes, nowhere } = parts;
  const orDefault = <T>(value: T, given: { readonly at: Origin } | undefined): Located<T> => ({
    value,
    at: given?.at ?? nowhere.at,
  });
  const command = commandOf(values, input.command, nowhere, problems);
  const jail = jailSettings(
    values,
    defaults.namespaces ?? { value: new Set(), at: nowhere.at },
    host,
    problems,
  );
  const setns = setnsSettings(values, jail, host, problems);
  const { user, gid, groups } = identityOf(values, jail, host, problems);
  const settings = rootSettings(values, jail, host, problems);
  const chosen = profileOf(values, jail, settings, parts.ownSetUp?.jail, problems);
  const profile = chosen.kept;
  const privileges = privilegesWithin(
    profile,
    privilegesOf(values, defaults.capabilities, jail, host, problems),
    settings,
  );
  const dropsItself = parts.ownSetUp?.drops ?? false;
  const mayBeRoot = mayBeHostRoot({ user, privileges, jail, host, dropsItself });
  const file = input.path.startsWith('/') ? input.path : undefined;
  const root = rootWithin({ profile, root: settings, values, jail, host, mayBeRoot, file });
  const filter = filterOf(
    values,
    { profile, privileges, user, jail, host, readFor: parts.readFor },
    problems,
  );
  const life = lifeOf(values, defaults, problems);
  const schedule = scheduleOf(values, problems);
  const { sockets, onDemand, idleTimeoutMs } = socketsOf(values, {
    name: input.name,
    host,
    problems,
    calledBy: parts.calledBy,
  });
  const { ready, heartbeatMs } = readinessOf(values);
  checkResources(values, host, problems);
  checkTenant(values, jail, host, defaults, problems);
  if (command === undefined) return undefined;
  // One by one: to spread what each part gives would take longer than to find it out.
  return {
    name: input.name,
    file: input.path,
    command,
    chdir: values.located('chdir') ?? chdirOf(attributes, defaults.attributes, input.directory),
    directory: input.directory,
    env,
    unenv: values.allLocated('unenv'),
    umask: orDefault(values.value('umask'), values.last('umask')),
    user,
    tenant: host.tenant,
    gid,
    groups,
    namespaces: jail.namespaces,
    unshare: jail.unshare,
    unshare2: jail.unshare2,
    refork: jail.refork,
    uidMap: jail.uidMap,
    gidMap: jail.gidMap,
    mapHelpers: jail.mapHelpers,
    hostname: hostnameOf(values),
    domainname: values.located('domainname'),
    init: orDefault(values.value('init'), values.last('init')),
    limits: limitsOf(values),
    prio: values.located('prio'),
    oomScoreAdj: values.located('oom-score-adj'),
    log: orDefault(logOf(values, host), values.last('log')),
    logManner: mannerOf(values),
    setns,
    root,
    hooks: hookSettings(values, input.name, defaults.hooks, { jail, host, problems }),
    privileges,
    profile: profile?.value ?? 'open',
    profileReason: chosen.reason,
    landlock: landlockOf(values),
    filter,
    cgroup: cgroupSettings(values, problems),
    attributes,
    given: givenOptions(values),
    restart: schedule.restart ?? life.restart,
    restartDelayMs: life.restartDelayMs,
    maxRestartDelayMs: life.maxRestartDelayMs,
    stableAfterMs: life.stableAfterMs,
    startLimit: life.startLimit,
    startTimeoutMs: life.startTimeoutMs,
    stopSignal: life.stopSignal,
    stopTimeoutMs: life.stopTimeoutMs,
    reload: schedule.reload ?? life.reload,
    after: schedule.after,
    instances: schedule.instances,
    cron: schedule.cron,
    sockets,
    onDemand,
    idleTimeoutMs,
    ready,
    heartbeatMs,
    emperorPipe: needsEmperorPipe(values, ready, life.reload),
    uwsgi: undefined,
  };
}

const NO_LIMITS: ReadonlyMap<string, Located<Limit>> = new Map();
function logOf(values: Values, { tenant }: HostFacts): LogTarget {
  const target = values.value('log');
  const given = values.last('log');
  return tenant && given && isTenants(given) && target.kind === 'file'
    ? { ...target, owner: tenant }
    : target;
}

function limitsOf(values: Values): ReadonlyMap<string, Located<Limit>> {
  if (!values.mentions('resources')) return NO_LIMITS;
  const given = LIMIT_OPTIONS.map(
    (option) => [option.slice('limit-'.length), values.located(option)] as const,
  );
  return new Map(given.filter((pair): pair is [string, Located<Limit>] => pair[1] !== undefined));
}
