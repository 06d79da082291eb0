// The one table of options: name, aliases, type, default, help. Parser, `check`, "did you mean", command line flags and the
// option reference come from it.
import { RESOURCES } from './resources.ts';
import type { TypeName } from './values.ts';

export type Scope = 'vassal' | 'emperor';
export type Group =
  | 'command'
  | 'identity'
  | 'namespaces'
  | 'life'
  | 'output'
  | 'resources'
  | 'emperor'
  | 'vassal defaults';

export interface Option {
  readonly scope: Scope;
  readonly group: Group;
  readonly type: TypeName;
  readonly aliases?: readonly string[];
  /** May be given several times; of all others the last one counts. */
  readonly repeatable?: true;
  /** Least and greatest; of times in milliseconds. */
  readonly range?: readonly [number, number];
  /** In words of the config; none: not set. */
  readonly default?: string;
  /** One line. */
  readonly help: string;
}

const MOST = 2 ** 31 - 1;

const TABLE = {
  command: {
    scope: 'vassal',
    group: 'command',
    type: 'command',
    help: 'what to run: words with shell quoting, but no shell; the program is looked for in PATH',
  },
  'unprivileged-binary-patch-arg': {
    scope: 'vassal',
    group: 'command',
    type: 'shell-command',
    aliases: ['privileged-binary-patch-arg'],
    help: "uWSGI's name for the command; run by /bin/sh where it holds shell syntax",
  },
  'unprivileged-binary-patch': {
    scope: 'vassal',
    group: 'command',
    type: 'program',
    aliases: ['privileged-binary-patch'],
    help: "uWSGI's name for a command without arguments",
  },
  chdir: {
    scope: 'vassal',
    group: 'command',
    type: 'path',
    help: 'directory to start in',
    default: "the vassal's directory, else /",
  },
  env: {
    scope: 'vassal',
    group: 'command',
    type: 'assignment',
    repeatable: true,
    help: 'sets an environment variable',
  },
  unenv: {
    scope: 'vassal',
    group: 'command',
    type: 'variable',
    repeatable: true,
    help: 'takes an inherited environment variable away',
  },
  'env-file': {
    scope: 'vassal',
    group: 'command',
    type: 'file-path',
    repeatable: true,
    help: 'sets the environment variables of a file of NAME=VALUE lines; a change of it reloads the vassal',
  },
  umask: {
    scope: 'vassal',
    group: 'command',
    type: 'octal',
    default: '022',
    help: 'file mode creation mask',
  },
  init: {
    scope: 'vassal',
    group: 'command',
    type: 'flag',
    default: 'true',
    help: 'a small init of tsjail is pid 1 of the jail; false: the command is (needs a new pid namespace)',
  },

  uid: {
    scope: 'vassal',
    group: 'identity',
    type: 'user',
    help: 'user to run as, by name or number; inside a new user namespace, if there is one',
  },
  gid: {
    scope: 'vassal',
    group: 'identity',
    type: 'group',
    default: 'the group of uid',
    help: 'group to run as, by name or number',
  },
  'add-gid': {
    scope: 'vassal',
    group: 'identity',
    type: 'group',
    repeatable: true,
    help: 'one more supplementary group',
  },
  'no-initgroups': {
    scope: 'vassal',
    group: 'identity',
    type: 'flag',
    default: 'false',
    help: 'leave out the supplementary groups that uid has in /etc/group',
  },

  clone: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'namespaces',
    repeatable: true,
    default: 'emperor-use-clone',
    help: 'new namespaces: fs (mnt, mount, ns), net, ipc, uts, pid, user, cgroup, time, or none',
  },
  hostname: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'hostname',
    help: 'host name inside; needs a new uts namespace',
  },
  'uid-map': {
    scope: 'vassal',
    group: 'namespaces',
    type: 'id-map',
    repeatable: true,
    default: "0:100000:65536; 0 to the daemon's own id without root",
    help: 'user ids of a new user namespace; 0 inside must be mapped',
  },
  'gid-map': {
    scope: 'vassal',
    group: 'namespaces',
    type: 'id-map',
    repeatable: true,
    default: "0:100000:65536; 0 to the daemon's own id without root",
    help: 'group ids of a new user namespace; 0 inside must be mapped',
  },

  restart: {
    scope: 'vassal',
    group: 'life',
    type: 'restart',
    default: 'always',
    help: 'whether a command that ended is started again',
  },
  'restart-delay': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: 'emperor-throttle, 100ms',
    help: 'wait before the second restart in a row; doubled each time. The first one is immediate',
  },
  'max-restart-delay': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: 'emperor-max-throttle, 3m',
    help: 'the longest that restart-delay grows to',
  },
  'stable-after': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    default: '10s',
    help: 'after this long a run counts as stable and the wait starts over; 0: always',
  },
  'start-limit': {
    scope: 'vassal',
    group: 'life',
    type: 'integer',
    range: [0, MOST],
    default: '0',
    help: 'starts in a row without becoming stable before the vassal is left alone; 0: no limit',
  },
  'start-timeout': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    range: [1, MOST],
    default: '90s',
    help: 'how long the set-up of the jail may take',
  },
  'stop-signal': {
    scope: 'vassal',
    group: 'life',
    type: 'signal',
    default: 'TERM',
    help: 'asks the command to end',
  },
  'stop-timeout': {
    scope: 'vassal',
    group: 'life',
    type: 'seconds',
    aliases: ['reload-mercy'],
    default: 'emperor-curse-tolerance, 10s',
    help: 'how long after stop-signal the whole jail is killed',
  },
  reload: {
    scope: 'vassal',
    group: 'life',
    type: 'reload',
    default: 'restart',
    help: 'what a change or touch of the file does; signal:HUP sends only a signal where no new jail is needed',
  },

  log: {
    scope: 'vassal',
    group: 'output',
    type: 'log',
    default: 'emperor',
    help: 'where its output goes, besides `tsjail logs`',
  },

  prio: { scope: 'vassal', group: 'resources', type: 'integer', range: [-20, 19], help: 'nice value' },
  'oom-score-adj': {
    scope: 'vassal',
    group: 'resources',
    type: 'integer',
    range: [-1000, 1000],
    help: 'who is killed first when memory runs out: higher',
  },
  'limit-nofile': limit('nofile', 'open files', { aliases: ['max-fd'], default: 'soft 1024' }),
  'limit-nproc': limit('nproc', 'processes and threads of the user'),
  'limit-as': limit('as', 'address space, in MiB as in uWSGI when without a suffix'),
  'limit-core': limit('core', 'size of a core dump'),
  'limit-cpu': limit('cpu', 'seconds of processor time'),
  'limit-data': limit('data', 'data segment'),
  'limit-fsize': limit('fsize', 'size of a file that it writes'),
  'limit-locks': limit('locks', 'file locks'),
  'limit-memlock': limit('memlock', 'memory locked into RAM'),
  'limit-msgqueue': limit('msgqueue', 'POSIX message queues of the user'),
  'limit-nice': limit('nice', 'ceiling of the nice value, as 20 - nice'),
  'limit-rss': limit('rss', 'resident memory; Linux does not enforce it'),
  'limit-rtprio': limit('rtprio', 'real-time priority'),
  'limit-rttime': limit('rttime', 'microseconds of real-time processor time without a blocking call'),
  'limit-sigpending': limit('sigpending', 'queued signals of the user'),
  'limit-stack': limit('stack', 'stack of the main thread'),

  emperor: {
    scope: 'emperor',
    group: 'emperor',
    type: 'monitor',
    repeatable: true,
    help: 'where vassals are: a directory, dir://, glob://',
  },
  'emperor-use-clone': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'namespaces',
    repeatable: true,
    default: 'none',
    help: 'new namespaces of every vassal that has no `clone` of its own',
  },
  'emperor-freq': {
    scope: 'emperor',
    group: 'emperor',
    type: 'seconds',
    range: [100, MOST],
    default: '30s',
    help: 'how often directories are scanned although nothing was heard of them',
  },
  'emperor-throttle': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'milliseconds',
    default: '100ms',
    help: '`restart-delay` of vassals that do not set it (milliseconds)',
  },
  'emperor-max-throttle': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'milliseconds',
    default: '3m',
    help: '`max-restart-delay` of vassals that do not set it (milliseconds)',
  },
  'emperor-no-blacklist': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'flag',
    default: 'false',
    help: 'restart at once, however often, unless the vassal sets `restart-delay`',
  },
  'emperor-curse-tolerance': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'seconds',
    default: '10s',
    help: '`stop-timeout` of vassals that do not set it',
  },
  'emperor-pidfile': {
    scope: 'emperor',
    group: 'emperor',
    type: 'file-path',
    help: 'file that holds the pid of the daemon while it runs',
  },
  'emperor-nofollow': {
    scope: 'emperor',
    group: 'emperor',
    type: 'flag',
    default: 'false',
    help: 'a symbolic link is no vassal',
  },
  'vassals-set': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'setting',
    aliases: ['vassal-set'],
    repeatable: true,
    help: 'a line before the first one of every vassal; `%%n` is its name',
  },
  'vassals-include-before': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'template',
    repeatable: true,
    help: 'file that comes before every vassal: the vassal overrides it',
  },
  'vassals-include': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'template',
    repeatable: true,
    help: 'file that comes after every vassal: it overrides the vassal',
  },
  'vassals-inherit-before': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'template',
    repeatable: true,
    help: 'as `inherit` in the first line of every vassal: it overrides the vassal',
  },
  'vassals-inherit': {
    scope: 'emperor',
    group: 'vassal defaults',
    type: 'template',
    repeatable: true,
    help: 'as `inherit` in the last line of every vassal: it overrides all else',
  },
} as const satisfies Readonly<Record<string, Option>>;

function limit<const T extends { aliases?: readonly string[]; default?: string }>(
  resource: keyof typeof RESOURCES,
  help: string,
  more?: T,
) {
  const { unit } = RESOURCES[resource] ?? { unit: 'count' };
  const suffix = unit === 'bytes' ? ' (bytes, or with K, M, G)' : '';
  return { scope: 'vassal', group: 'resources', type: 'limit', help: `${help}${suffix}`, ...more } as const;
}

export const OPTIONS: {
  readonly [N in keyof typeof TABLE]: Option & { readonly type: (typeof TABLE)[N]['type'] };
} = TABLE;
export type OptionName = keyof typeof TABLE;

/** Keys that the parser itself acts on. */
export const DIRECTIVES: Readonly<Record<string, string>> = {
  include:
    'reads a file (PATH[:SECTION]) at this place; a relative path is relative to the file that has the line',
  inherit: 'reads a file after all others',
  set: 'KEY=VALUE: the same as the line KEY = VALUE',
  'set-placeholder': 'KEY=VALUE for use as %(KEY) only (also `set-ph`)',
};

export const OPTION_NAMES = Object.keys(TABLE) as OptionName[];

export type LimitOption = Extract<OptionName, `limit-${string}`>;
export const LIMIT_OPTIONS = OPTION_NAMES.filter((name): name is LimitOption => name.startsWith('limit-'));

const BY_KEY: Readonly<Record<Scope, ReadonlyMap<string, OptionName>>> = {
  vassal: byKey('vassal'),
  emperor: byKey('emperor'),
};

function byKey(scope: Scope): Map<string, OptionName> {
  const mine = OPTION_NAMES.filter((name) => OPTIONS[name].scope === scope);
  return new Map(
    mine.flatMap((name) => [name, ...(OPTIONS[name].aliases ?? [])].map((key) => [key, name] as const)),
  );
}

/** The option that `key` (with `-`) is the name or an alias of. */
export function optionOf(key: string, scope: Scope): OptionName | undefined {
  return BY_KEY[scope].get(key);
}

/** Every key that may be written, for "did you mean" and completion. */
export function keysOf(scope: Scope): string[] {
  return [...BY_KEY[scope].keys(), ...Object.keys(DIRECTIVES)];
}
