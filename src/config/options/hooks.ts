// Options of hooks: what is done in each phase of a start, and beside a vassal's life (uWSGI: "Hooks").
import { MOST, type Option } from './option.ts';

export const HOOKS_OPTIONS = {
  ...hooks('asap', 'before all else in the jail, but for its private mounts'),
  ...forAll(hooks('as-vassal-before-drop', 'in the namespaces of `clone`, as root')),
  ...forAll(hooks('as-vassal', 'in the namespaces of `clone`, as root; after `vassals-start-hook`')),
  ...hooks('pre-jail', 'after namespaces were joined, before more are made'),
  ...hooks(
    'post-jail',
    'in all namespaces, before there is a new root; with `namespace`: outside, as UWSGI_JAIL_PID',
  ),
  ...hooks('in-jail', 'in the new root file system'),
  ...hooks('as-root', 'in the new root file system, the last thing that root does'),
  ...hooks('as-user', 'as the user that the command runs as'),
  ...hooks('as-user-atexit', 'after the command has ended, in its jail and as its user; never fatal'),
  ...hooks('emperor-stop', 'in the jail as the user of the command, before it is asked to end; never fatal'),
  ...hooks('emperor-reload', 'the same before it is reloaded, by a signal or a new start; never fatal'),
  ...hooks('emperor-lost', 'the same when the daemon has died, for a second at most; never fatal'),
  ...forAll(hooks('as-emperor-before-vassal', 'beside the daemon, before there is a jail')),
  ...forAll(hooks('as-emperor', 'beside the daemon when there is a jail, which waits for it; never fatal')),
  ...forAll(hooks('as-on-demand-vassal', 'beside the daemon, when a vassal begins to wait on demand')),
  ...forAll({
    'hook-as-emperor-setns': hook(
      'hook-setns',
      'the same in these namespaces of the jail: `net,uts exec:ip link set lo up`; never fatal',
    ),
  }),
  ...mounts('asap'),
  ...forAll(mounts('as-vassal')),
  ...mounts('pre-jail'),
  ...mounts('post-jail'),
  ...mounts('in-jail'),
  ...mounts('as-root'),
  ...forAll(mounts('as-emperor')),
  ...execs('asap'),
  ...forAll(execs('as-vassal')),
  ...execs('pre-jail'),
  ...execs('post-jail'),
  ...execs('in-jail'),
  ...execs('as-root'),
  ...execs('as-user'),
  ...execs('as-user-atexit'),
  ...forAll(execs('as-emperor')),
  ...waits('interface', 'until there is a network interface of that name'),
  ...waits('fs', 'until something is there: a file, a directory'),
  ...waits('file', 'until a regular file is there'),
  ...waits('dir', 'until a directory is there'),
  ...waits('mountpoint', 'until something is mounted there'),
  ...waits('socket', 'until somebody listens there'),
  'hook-timeout': {
    scope: 'vassal',
    group: 'hooks',
    type: 'seconds',
    forAll: true,
    range: [1, MOST],
    default: '60s',
    help: 'how long a program of a hook may run, or a hook may wait',
  },
  'hook-emperor-start': {
    scope: 'emperor',
    group: 'hooks',
    type: 'hook',
    repeatable: true,
    help: 'beside the daemon, before there are vassals; the daemon ends when it fails',
  },
  'vassals-start-hook': {
    scope: 'emperor',
    group: 'hooks',
    type: 'shell-line',
    help: 'program that is run before each start, in the namespaces of `clone`, with the name of the vassal; may fail',
  },
  'vassals-stop-hook': {
    scope: 'emperor',
    group: 'hooks',
    type: 'shell-line',
    help: 'program that is run beside the daemon after the end of each run, with the name of the vassal; may fail',
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

/** Of what uWSGI has in the config of its Emperor. */
function forAll<K extends string, T extends HookType>(
  options: Record<K, HookOption<T>>,
): Record<K, HookOption<T>> {
  const given = Object.entries<HookOption<T>>(options);
  return Object.fromEntries(
    given.map(([key, option]) => [key, { ...option, forAll: true }]),
  ) as typeof options;
}

function hooks<P extends string>(phase: P, help: string) {
  return one(`hook-${phase}`, 'hook', help);
}

function mounts<P extends string>(phase: P) {
  const same = (action: string) => `the same as \`hook-${phase} = ${action}:…\`, after all of those`;
  return {
    ...one(`mount-${phase}`, 'hook-mount', same('mount')),
    ...one(`umount-${phase}`, 'hook-umount', same('umount')),
  };
}

function waits<K extends 'interface' | 'fs' | 'file' | 'dir' | 'mountpoint' | 'socket'>(
  kind: K,
  help: string,
) {
  return one(`wait-for-${kind}`, `hook-wait-${kind}`, `waits ${help}, before the hooks of as-root`);
}

function execs<P extends string>(phase: P) {
  return one(`exec-${phase}`, 'hook-exec', `the same as \`hook-${phase} = exec:…\`, after all of those`);
}
