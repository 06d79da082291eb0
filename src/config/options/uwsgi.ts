// Options that uWSGI or our own design has and tsjail does not (yet), with the nearest that it has: a key that an
// administrator took from there deserves a better answer than "unknown".
import type { Scope } from '../options.ts';

/** Nearest option of ours, or null for none. */
const VASSAL: Readonly<Record<string, string | null>> = {
  jailed: null,
  'landlock-ro': null,
  'landlock-rw': null,
  seccomp: null,
  keyring: null,
  profile: null,
  'net-lo': 'clone',
  veth: null,
  macvlan: null,
  'time-offset': 'clone',
  socket: null,
  ready: 'start-timeout',
  'heartbeat-timeout': null,
  'idle-timeout': null,
  'on-demand': null,
  instances: null,
  after: null,
  cron: null,
  'log-max-size': 'log',
  'log-keep': 'log',
  stdin: null,
  cwd: 'chdir',
  chdir2: 'chdir',
  logto: 'log',
  logto2: 'log',
  daemonize: 'log',
  logger: 'log',
  'disable-logging': 'log',
  procname: null,
  pidfile: null,
  'safe-pidfile': null,
  'attach-daemon': 'command',
  'smart-attach-daemon': 'command',
  'worker-reload-mercy': 'stop-timeout',
  heartbeat: null,
  idle: null,
  'die-on-idle': null,
  master: null,
  processes: null,
  workers: null,
  threads: null,
  module: 'command',
  'wsgi-file': 'command',
  'http-socket': null,
  http: null,
  plugin: null,
  plugins: null,
  virtualenv: 'env',
  home: 'env',
  vacuum: null,
  'chmod-socket': null,
  'drop-after-init': 'uid',
  'immediate-uid': 'uid',
  'immediate-gid': 'gid',
  'die-on-term': 'stop-signal',
  ini: 'include',
  'declare-option': 'set',
  print: null,
  exit: null,
  strict: null,
  blacklist: null,
  whitelist: null,
};

const EMPEROR: Readonly<Record<string, string | null>> = {
  'early-emperor': null,
  'emperor-tyrant': null,
  'emperor-tyrant-nofollow': 'emperor-nofollow',
  'emperor-tyrant-initgroups': null,
  'emperor-stats': null,
  'emperor-stats-server': null,
  'emperor-on-demand-extension': null,
  'emperor-on-demand-ext': null,
  'emperor-on-demand-directory': null,
  'emperor-on-demand-dir': null,
  'emperor-on-demand-exec': null,
  'emperor-broodlord': null,
  'emperor-proxy-socket': null,
  'emperor-procname': null,
  'emperor-command-socket': null,
  'emperor-wait-for-command': null,
  'emperor-trigger-socket': null,
  'emperor-use-fork-server': null,
  'emperor-subreaper': null,
  'emperor-collect-attr': null,
  'imperial-monitors-list': null,
  master: null,
  stats: null,
  pidfile: 'emperor-pidfile',
  logto: null,
  daemonize: null,
};

/** Families: hooks of uWSGI's own processes and symbols, and logic. */
const FAMILY =
  /^(hook|exec)-(pre-app|post-app|master-start|post-fork|accepting|touch|as-mule|as-gateway|as-on-)|^call-|^(if|for)(-|$)|^end(-?(if|for))?$|^else$/;

/** Undefined: not an option of uWSGI that is worth an answer. */
export function notThereYet(key: string, scope: Scope): { readonly nearest: string | null } | undefined {
  const [table, other] = scope === 'vassal' ? [VASSAL, EMPEROR] : [EMPEROR, VASSAL];
  if (Object.hasOwn(table, key)) return { nearest: table[key] ?? null };
  return Object.hasOwn(other, key) || FAMILY.test(key) ? { nearest: null } : undefined;
}
