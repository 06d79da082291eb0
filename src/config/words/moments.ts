// When an option takes effect, and who may use it, in words: for `tsjail explain`. By group, where an option has no words of its own.
import { type Group, OPTIONS, type OptionName } from '../options.ts';
import { PHASE_WORDS } from './hooks.ts';

const BY_GROUP: Readonly<Record<Group, string>> = {
  command: 'right before the command',
  identity: 'after the hooks of as-root, before those of as-user',
  namespaces: 'when the first process of the jail is made',
  'file system': 'after the hooks of post-jail, before those of in-jail',
  hooks: 'before the hooks of as-root',
  network: 'before there is a jail',
  life: 'for as long as the vassal is there',
  output: 'for as long as the vassal is there',
  resources: 'after the hooks of as-root, before those of as-user',
  emperor: 'when the daemon starts',
  'vassal defaults': 'when a vassal is read; at SIGHUP for those that run',
};

const CGROUP = 'before the first process of the jail is made';
const CLOSED = 'after the hooks of as-root';

const BY_NAME: Readonly<Partial<Record<OptionName, string>>> = {
  init: 'when the jail is set up',
  unshare: 'after the hooks of pre-jail, before those of post-jail',
  unshare2: 'after the root file system, before the hooks of in-jail',
  'refork-post-jail': 'after the hooks of post-jail',
  'refork-as-root': 'before the hooks of as-root',
  refork: CLOSED,
  hostname: 'after the hooks of pre-jail, before those of post-jail',
  domainname: 'after the hooks of pre-jail, before those of post-jail',
  setns: 'after the hooks of as-vassal, before those of pre-jail',
  'setns-socket': CLOSED,
  'setns-socket-skip': CLOSED,
  'uid-map': 'when the user namespace is made',
  'gid-map': 'when the user namespace is made',
  'read-only': CLOSED,
  mask: CLOSED,
  'keep-old-root': CLOSED,
  cgroup: CGROUP,
  'cgroup-opt': CGROUP,
  'cgroup-dir-mode': CGROUP,
  'memory-max': CGROUP,
  'memory-high': CGROUP,
  'cpu-max': CGROUP,
  'cpu-weight': CGROUP,
  'pids-max': CGROUP,
  'io-max': CGROUP,
  'hook-timeout': 'with every hook',
  emperor: 'when the daemon starts, and at SIGHUP',
  'emperor-stats': 'when the daemon starts, and at SIGHUP',
  'emperor-command-socket': 'when the daemon starts, and at SIGHUP',
};

const MAPPED = "root; an ordinary user's daemon: only what is mapped into its user namespace";
const ROOT = 'root';
const DELEGATED = 'whoever may write the cgroup: root, or a user to whom it was delegated';
const ANYBODY = "anybody; an ordinary user's daemon adds a user namespace of its own";

const RIGHTS_BY_GROUP: Readonly<Partial<Record<Group, string>>> = {
  namespaces: ANYBODY,
  'file system': ANYBODY,
};

const RIGHTS: Readonly<Partial<Record<OptionName, string>>> = {
  uid: MAPPED,
  gid: MAPPED,
  'uid-map': MAPPED,
  'gid-map': MAPPED,
  'add-gid': ROOT,
  cap: "anybody; in an ordinary user's jail they count for the jail alone",
  'cap-ambient': "anybody; in an ordinary user's jail they count for the jail alone",
  chroot: 'root, or a jail with namespaces of its own',
  prio: 'anybody; root below 0',
  'oom-score-adj': "anybody; root below the daemon's own",
  cgroup: DELEGATED,
  'cgroup-opt': DELEGATED,
  'cgroup-dir-mode': DELEGATED,
  'memory-max': DELEGATED,
  'memory-high': DELEGATED,
  'cpu-max': DELEGATED,
  'cpu-weight': DELEGATED,
  'pids-max': DELEGATED,
  'io-max': DELEGATED,
  socket: 'anybody; root for ports below 1024 and for the owner of a path',
  'chown-socket': ROOT,
  'emperor-tyrant': ROOT,
  'emperor-tyrant-nofollow': ROOT,
  'emperor-tyrant-initgroups': ROOT,
};

export function momentOf(name: OptionName): string {
  const own = BY_NAME[name];
  if (own !== undefined) return own;
  const phase = Object.keys(PHASE_WORDS)
    .filter((each) => name === each || name.endsWith(`-${each}`))
    .sort((a, b) => b.length - a.length)[0] as keyof typeof PHASE_WORDS | undefined;
  const isOfPhase = OPTIONS[name].group === 'hooks' && phase !== undefined;
  return isOfPhase ? PHASE_WORDS[phase].when : BY_GROUP[OPTIONS[name].group];
}

export function rightsFor(name: OptionName): string {
  if (name.startsWith('limit-')) return "anybody; root above the daemon's own hard limit";
  return RIGHTS[name] ?? RIGHTS_BY_GROUP[OPTIONS[name].group] ?? 'anybody';
}
