// Options that uWSGI or our own design has and tsjail has not yet, with the nearest that it has: a key that an administrator
// took from there deserves a better answer than "unknown". Those that are not to come: left-out.ts.
import type { Scope } from '../options.ts';

/** Nearest option of ours, or null for none. */
const VASSAL: Readonly<Record<string, string | null>> = {
  keyring: null,
  'net-lo': 'clone',
  veth: null,
  macvlan: null,
  'time-offset': 'clone',
  'log-backupname': 'log-keep',
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
  idle: 'idle-timeout',
  'die-on-idle': null,
  master: null,
  processes: null,
  workers: null,
  threads: null,
  module: 'command',
  'wsgi-file': 'command',
  'http-socket': 'socket',
  http: 'socket',
  plugin: null,
  plugins: null,
  virtualenv: 'env',
  home: 'env',
  vacuum: 'socket',
  'drop-after-init': 'uid',
  'immediate-uid': 'uid',
  'immediate-gid': 'gid',
  'die-on-term': 'stop-signal',
  ini: 'include',
  strict: null,
};

const EMPEROR: Readonly<Record<string, string | null>> = {
  'emperor-procname': null,
  pidfile: 'emperor-pidfile',
  logto: null,
  daemonize: null,
};

/** Of uWSGI's own apps: nothing that a command of another kind could have. */
export const UWSGIS: ReadonlySet<string> = new Set([
  ...['master', 'processes', 'workers', 'threads', 'module', 'wsgi-file', 'plugin', 'plugins'],
  ...['virtualenv', 'die-on-idle', 'heartbeat', 'worker-reload-mercy', 'drop-after-init', 'strict'],
]);

/** What the daemon has of these names. */
const EMPERORS: ReadonlySet<string> = new Set(['http']);

/** Undefined: not an option of uWSGI that is worth an answer. */
export function notThereYet(key: string, scope: Scope): { readonly nearest: string | null } | undefined {
  const [table, other] = scope === 'vassal' ? [VASSAL, EMPEROR] : [EMPEROR, VASSAL];
  if (Object.hasOwn(table, key)) return { nearest: table[key] ?? null };
  if (scope === 'emperor' && EMPERORS.has(key)) return undefined;
  return Object.hasOwn(other, key) ? { nearest: null } : undefined;
}
