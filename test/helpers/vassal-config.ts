// A VassalConfig as a file with nothing but a command gives it; tests change what they are about.
import { NO_ATTRIBUTES } from '../../src/config/attributes.ts';
import { NO_CGROUP_SETTINGS } from '../../src/config/cgroup/settings.ts';
import { DEFAULT_MANNER } from '../../src/config/logging.ts';
import type { Origin } from '../../src/config/origin.ts';
import { HOSTS_ROOT } from '../../src/config/root/settings.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';

export const AT: Origin = { file: '/etc/tsjail/vassals/web.ini', line: 2, column: 1 };

export function located<T>(value: T, line = 2): { value: T; at: Origin } {
  return { value, at: { ...AT, line } };
}

export function vassalConfig(changes: Partial<VassalConfig> = {}): VassalConfig {
  return {
    name: 'web',
    file: AT.file,
    command: located(['/bin/sleep', '100']),
    chdir: undefined,
    directory: '/etc/tsjail/vassals',
    env: new Map(),
    unenv: [],
    umask: located(0o22),
    user: undefined,
    gid: undefined,
    groups: undefined,
    namespaces: located(new Set<never>()),
    uidMap: [],
    gidMap: [],
    mapHelpers: [],
    hostname: undefined,
    domainname: undefined,
    unshare: undefined,
    unshare2: undefined,
    refork: { postJail: undefined, asRoot: undefined, last: undefined },
    init: located(true),
    limits: new Map(),
    prio: undefined,
    oomScoreAdj: undefined,
    log: located({ kind: 'emperor' as const }),
    logManner: DEFAULT_MANNER,
    setns: { join: [], serve: undefined },
    root: HOSTS_ROOT,
    hooks: {},
    privileges: {},
    cgroup: NO_CGROUP_SETTINGS,
    attributes: NO_ATTRIBUTES,
    profile: 'open',
    profileReason: 'by default, without fs among its new namespaces',
    landlock: [],
    filter: undefined,
    restart: 'always',
    restartDelayMs: 100,
    maxRestartDelayMs: 180_000,
    stableAfterMs: 10_000,
    startLimit: 0,
    startTimeoutMs: 90_000,
    stopSignal: 15,
    stopTimeoutMs: 10_000,
    reload: { kind: 'restart' },
    after: [],
    instances: undefined,
    cron: undefined,
    sockets: [],
    onDemand: false,
    idleTimeoutMs: 0,
    ready: { kind: 'exec' },
    heartbeatMs: 0,
    emperorPipe: false,
    uwsgi: undefined,
    ...changes,
  };
}
