// Options of hooks: what is done in each phase of a start, and beside a vassal's life (uWSGI: "Hooks").
import type { Option } from './option.ts';

export const HOOKS_OPTIONS = {
  ...hooks('asap', 'before all else in the jail, but for its private mounts'),
  ...hooks('as-vassal-before-drop', 'in the namespaces of `clone`, as root'),
  ...hooks('as-vassal', 'in the namespaces of `clone`, as root; after `vassals-start-hook`'),
  ...hooks('pre-jail', 'after namespaces were joined, before more are made'),
  ...hooks(
    'post-jail',
    'in all namespaces, before the root file system is changed; with `namespace`: outside',
  ),
  ...hooks('in-jail', 'in the new root file system'),
  ...hooks('as-root', 'in the new root file system, the last thing that root does'),
  ...hooks('as-user', 'as the user that the command runs as'),
  ...hooks('as-user-atexit', 'after the command has ended, in its jail and as its user; never fatal'),
  ...hooks('as-emperor-before-vassal', 'beside the daemon, before there is a jail'),
  ...hooks('as-emperor', 'beside the daemon when the jail is made; never fatal'),
  'hook-as-emperor-setns': hook(
    'hook-setns',
    'beside the daemon, but in these namespaces of the jail: `net,uts exec:ip link set lo up`; never fatal',
  ),
  ...mounts('asap'),
  ...mounts('as-vassal'),
  ...mounts('pre-jail'),
  ...mounts('post-jail'),
  ...mounts('in-jail'),
  ...mounts('as-root'),
  ...mounts('as-emperor'),
  ...execs('asap'),
  ...execs('as-vassal'),
  ...execs('pre-jail'),
  ...execs('post-jail'),
  ...execs('in-jail'),
  ...execs('as-root'),
  ...execs('as-user'),
  ...execs('as-user-atexit'),
  ...execs('as-emperor'),
  'hook-timeout': {
    scope: 'vassal',
    group: 'hooks',
    type: 'seconds',
    range: [1, 2_147_483_647],
    aliases: ['wait-for-fs-timeout', 'wait-for-socket-timeout'],
    default: '60s',
    help: 'how long a program of a hook may run, or a hook may wait',
  },
} as const satisfies Readonly<Record<string, Option>>;

type HookType = Extract<Option['type'], `hook${string}`>;
type HookOption<T extends HookType> = Option & { readonly type: T };

function hook<T extends HookType>(type: T, help: string): HookOption<T> {
  return { scope: 'vassal', group: 'hooks', type, repeatable: true, help };
}

function one<K extends string, T extends HookType>(key: K, type: T, help: string): Record<K, HookOption<T>> {
  return { [key]: hook(type, help) } as Record<K, HookOption<T>>;
}

function hooks<P extends string>(phase: P, help: string) {
  return one(`hook-${phase}`, 'hook', help);
}

function mounts<P extends string>(phase: P) {
  return {
    ...one(`mount-${phase}`, 'hook-mount', `the same as \`hook-${phase} = mount:…\`, after all of those`),
    ...one(`umount-${phase}`, 'hook-umount', `the same as \`hook-${phase} = umount:…\`, after all of those`),
  };
}

function execs<P extends string>(phase: P) {
  return one(`exec-${phase}`, 'hook-exec', `the same as \`hook-${phase} = exec:…\`, after all of those`);
}
