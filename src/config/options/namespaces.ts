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
} as const satisfies Readonly<Record<string, Option>>;
