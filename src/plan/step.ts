// A plan is a list of steps: a name, its arguments, and the config line that asked for it (none: tsjail's own doing).
// The jailer carries them out in order; the names are those of addon/steps.h.
import type { CgroupSettings } from '../config/cgroup/settings.ts';
import type { Located, Origin } from '../config/origin.ts';
import type { Tenant } from '../config/tenant.ts';
import type { IdRange, MapKind, VassalConfig } from '../config/vassal-config.ts';
import type { Passed } from './passed.ts';

export interface Step {
  readonly name: StepName;
  readonly args: readonly string[];
  readonly at: Origin | undefined;
  /** The arguments are not for anybody's eyes. */
  readonly hidden?: boolean;
}

/** Least and most arguments of each step; a test compares this table with addon/steps.h. */
export const STEPS = {
  // session, and the Emperor's part
  session: [0, 0],
  'await-release': [0, 0],
  'await-maps': [0, 0],
  'own-user': [0, 0],
  'not-dumpable': [0, 0],

  // namespaces
  'private-mounts': [0, 0],
  unshare: [1, 1],
  setns: [3, 3],
  'setns-socket': [2, 18],
  'loopback-up': [0, 0],
  hostname: [1, 1],
  domainname: [1, 1],

  // control groups
  'join-cgroup': [2, 2],

  // file system
  'fresh-proc': [2, 2],
  mount: [5, 5],
  'lock-shared': [1, 1],
  'lock-alone': [0, 0],
  'open-early': [0, 1024],
  'hold-place': [1, 1],
  'hold-tree': [2, 2],
  'root-at': [1, 1],
  'root-bind': [1, 1],
  'note-mounts': [0, 0],
  'note-null': [0, 0],
  'put-bind': [3, 3],
  'put-bind-if-there': [3, 3],
  'put-mount': [4, 4],
  'put-mount-if-there': [4, 4],
  'put-overlay': [5, 5],
  'put-dev': [1, 1],
  'put-dev-if-there': [1, 1],
  'switch-root': [0, 0],
  'pivot-root': [2, 2],
  chroot: [1, 1],
  'detach-old-root': [1, 1],
  mask: [1, 1],
  hide: [1, 1],
  seal: [1, 1],
  'read-only': [0, 0],
  unmake: [3, 3],

  // for the Emperor, with a tenant's rights
  'read-file': [1, 1],
  'open-log': [1, 1],
  'rotate-log': [3, 3],

  // hooks
  helper: [0, 0],
  'await-hooks': [1, 1],
  'hook-environment': [0, 64],
  'hook-phase': [2, 2],
  'hook-join': [1, 2],
  'enter-jail': [1, 1],
  'hook-mount': [5, 6],
  'hook-umount': [2, 3],
  'hook-exec': [2, 2],
  'hook-chdir': [1, 1],
  'hook-mkdir': [1, 1],
  'hook-write': [3, 3],
  'hook-fifo': [3, 3],
  'hook-unlink': [1, 1],
  'hook-chmod': [2, 2],
  'hook-sticky': [1, 1],
  'hook-chown': [3, 3],
  'hook-putenv': [1, 1],
  'hook-wait': [2, 3],
  'hook-print': [1, 1],
  'hook-exit': [1, 1],
  'hook-later': [2, 2],
  'hook-on': [1, 1],
  'hook-done': [0, 0],

  // for somebody who enters a vassal that runs
  enter: [2, 2],
  'enter-cgroup': [3, 3],

  // processes
  'notify-socket': [0, 0],
  init: [4, 4],
  refork: [1, 1],
  terminal: [0, 0],

  // limits
  rlimit: [3, 3],
  nice: [1, 1],
  'oom-score-adj': [1, 1],
  umask: [1, 1],

  // who it is: names of the jail's own /etc/passwd and /etc/group
  'find-user': [1, 1],
  'group-of-user': [0, 0],
  'find-group': [1, 1],
  'groups-of-user': [0, 0],
  'add-group': [1, 1],
  'user-environment': [1, 4],
  'own-output': [0, 0],
  'own-terminal': [0, 0],

  // privileges
  'bounding-set': [0, 64],
  'drop-bounding': [1, 64],
  'keep-caps': [0, 0],
  groups: [0, 65_536],
  'groups-found': [0, 0],
  gid: [1, 1],
  uid: [1, 1],
  capabilities: [0, 64],
  'trim-capabilities': [0, 0],
  ambient: [1, 64],
  'ambient-unless-root': [1, 64],
  'no-new-privs': [0, 0],
  landlock: [1, 256],
  seccomp: [2, 2],

  // the command
  chdir: [1, 1],
  'chdir-or-root': [1, 1],
  'death-signal': [0, 0],
  signals: [0, 0],
  'close-fds': [0, 64],
  'pass-fds': [2, 65],
  'other-programs': [2, 65],
  exec: [1, 1_048_576],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export type StepName = keyof typeof STEPS;

export function step(name: StepName, args: readonly (string | number)[] = NO_ARGS, at?: Origin): Step {
  if (args.length === 0 && at === undefined) return plain(name);
  return { name, args: args.length === 0 ? NO_ARGS : args.map(String), at };
}

export const NO_STEPS: readonly Step[] = [];

/** One list of all these. Not by `...`, which asks an iterator for each step: plans are made a thousand in a row. */
export function inTurn(...parts: readonly (Step | readonly Step[])[]): readonly Step[] {
  return NO_STEPS.concat(...parts);
}

const NO_ARGS: readonly never[] = [];
const PLAIN = new Map<StepName, Step>();

/** The same for every plan. */
function plain(name: StepName): Step {
  const known = PLAIN.get(name);
  if (known) return known;
  const made = { name, args: NO_ARGS, at: undefined };
  PLAIN.set(name, made);
  return made;
}

/** What the Emperor does to the jail from outside, before it releases it. */
export interface OutsideWork {
  /** Right after the clone, or when the jailer has unshared the user namespace and says so. */
  readonly when: 'cloned' | 'asked';
  readonly uidMap: readonly IdRange[];
  readonly gidMap: readonly IdRange[];
  /** An unprivileged Emperor must give up setgroups(2) before it may write a gid map (user_namespaces(7)). */
  readonly denySetgroups: boolean;
  /** Maps that only newuidmap(1) and newgidmap(1) may write. */
  readonly helpers: readonly Located<MapKind>[];
  /** Hard limits to raise: root of a user namespace may not. Lowering is a step. */
  readonly hardLimits: readonly { readonly name: string; readonly hard: number; readonly at: Origin }[];
  readonly nice: Located<number> | undefined;
  readonly oomScoreAdj: Located<number> | undefined;
}

/** What is done beside the Emperor: each list is the plan of a helper, and empty when there is nothing to do. */
export interface OuterHooks {
  /** Before the clone. It must work. */
  readonly beforeVassal: readonly (readonly Step[])[];
  /** One after the other, while the jailer waits. What fails is told, and no more. */
  readonly asEmperor: readonly (readonly Step[])[];
  /** While the jailer waits, with its pid. It must work. */
  readonly postJail: readonly (readonly Step[])[];
  /** When all of the jail is gone. */
  readonly afterVassal: readonly Step[];
  /** Of each program, and each wait. */
  readonly timeoutMs: number;
  /** What relative paths in hooks are relative to. */
  readonly directory: string;
}

export interface Plan {
  readonly name: string;
  /** Namespace flags for the clone of the jailer. */
  readonly cloneFlags: number;
  readonly steps: readonly Step[];
  /** Undefined when the jailer need not wait for anything from outside. */
  readonly outside: OutsideWork | undefined;
  /** What the Emperor does about control groups before the clone; undefined: nothing. */
  readonly cgroups: CgroupSettings | undefined;
  /** What is bound before the clone. */
  readonly sockets?: VassalConfig['sockets'] | undefined;
  /** Sockets of the jail that are on the host too: those that nobody listens on any more go with it. */
  readonly hostSockets: readonly string[];
  /** True: the jailer is pid 1 of the jail, and its end is the end of every process there. */
  readonly ownPidNamespace: boolean;
  /** Who the command is on the host, where that is not the daemon's own user: owner of what it gets as output. */
  readonly owner: Ids | undefined;
  readonly hooks?: OuterHooks | undefined;
  /** For a helper beside the Emperor when the vassal begins to wait on demand. */
  readonly waiting?: readonly Step[] | undefined;
  /** What the command gets besides its standard descriptors, in the order in which the spawn must name them. */
  readonly passed?: readonly Passed[] | undefined;
  /** In tyrant mode: the owner of the config. */
  readonly tenant?: Tenant | undefined;
}

export interface Ids {
  readonly uid: number;
  readonly gid: number;
}
