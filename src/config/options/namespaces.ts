// Options about namespaces: new ones, joined ones, served ones.
import type { Option } from './option.ts';

export const NAMESPACES_OPTIONS = {
  clone: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'namespaces',
    repeatable: true,
    default: 'emperor-use-clone',
    help: 'new namespaces: fs (mnt, mount, ns), net, ipc, uts, pid, user, cgroup, time, or none',
  },
  unshare: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'namespaces',
    repeatable: true,
    help: 'more new namespaces, made after the pre-jail hooks; `pid` needs a refork',
  },
  unshare2: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'namespaces',
    repeatable: true,
    help: 'more new namespaces, made after the root file system; `pid` needs a later refork',
  },
  'refork-post-jail': {
    scope: 'vassal',
    group: 'namespaces',
    type: 'flag',
    aliases: ['re-fork-post-jail'],
    default: 'false',
    help: 'forks after the post-jail hooks: what follows is in the pid namespace that `unshare` made',
  },
  'refork-as-root': {
    scope: 'vassal',
    group: 'namespaces',
    type: 'flag',
    aliases: ['re-fork-as-root'],
    default: 'false',
    help: 'forks before the as-root hooks: what follows is in the pid namespace that `unshare` or `unshare2` made',
  },
  refork: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'flag',
    aliases: ['re-fork'],
    default: 'false',
    help: 'forks before the command is run; signals and the exit status are passed on',
  },
  hostname: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'hostname',
    help: 'host name inside; needs a new uts namespace',
  },
  domainname: {
    scope: 'vassal',
    group: 'namespaces',
    type: 'hostname',
    help: 'NIS domain name inside; needs a new uts namespace',
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
} as const satisfies Readonly<Record<string, Option>>;
