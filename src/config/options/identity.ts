// Options about as whom the command runs.
import type { Option } from './option.ts';

export const IDENTITY_OPTIONS = {
  uid: {
    scope: 'vassal',
    group: 'identity',
    type: 'user',
    help: 'user to run as, by name or number; inside a new user namespace, if there is one, and by the /etc/passwd of a root of its own',
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
  cap: {
    scope: 'vassal',
    group: 'identity',
    type: 'capabilities',
    repeatable: true,
    default: 'all of `emperor-cap` for uid 0, else none',
    help: 'exactly these capabilities, after an exec too and whatever the uid; all; or none (in uWSGI an exec takes them away, or gives all to uid 0)',
  },
  'cap-drop': {
    scope: 'vassal',
    group: 'identity',
    type: 'capabilities',
    repeatable: true,
    help: 'capabilities that neither the command nor what it execs can ever have: out of the bounding set',
  },
  'cap-ambient': {
    scope: 'vassal',
    group: 'identity',
    type: 'capabilities',
    repeatable: true,
    help: 'capabilities that the command and what it execs have besides, whatever their uid',
  },
  'no-new-privs': {
    scope: 'vassal',
    group: 'identity',
    type: 'flag',
    default: 'false; true with a profile or a filter of system calls',
    help: 'no exec gives more rights: setuid bits and capabilities of files count for nothing',
  },
  profile: {
    scope: 'vassal',
    group: 'identity',
    type: 'profile',
    default: 'container where fs and pid are new, or fs and a root of its own; else open',
    help: "what the command cannot do unless it is said elsewhere: container takes what programs in containers do without (most capabilities, set-uid programs, many system calls, devices, what in /proc and /sys is the machine's; and from root of the host, without a root of its own, its services in /run, and writing to its files but for /tmp, /var/tmp and what `bind` opens); strict takes all capabilities and more calls; open nothing. `status` says which it is and why",
  },
  'landlock-ro': {
    scope: 'vassal',
    group: 'identity',
    type: 'path',
    repeatable: true,
    help: 'a file or directory that may be read and executed from: with one of these options nothing else of the file system may be, its rights notwithstanding (Landlock; told where the kernel has none)',
  },
  'landlock-rw': {
    scope: 'vassal',
    group: 'identity',
    type: 'path',
    repeatable: true,
    help: 'the same, and everything else may be done there too',
  },
  seccomp: {
    scope: 'vassal',
    group: 'identity',
    type: 'seccomp',
    default: 'that of `profile`',
    help: "filter of system calls: default denies what a jailed program has no need of, strict more; or an OCI profile (Docker's, runc's) in JSON",
  },
} as const satisfies Readonly<Record<string, Option>>;
