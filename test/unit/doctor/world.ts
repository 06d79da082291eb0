// A machine on which everything is there, with what a test takes from it.

import { examine } from '../../../src/doctor/examine.ts';
import type { Finding, World } from '../../../src/doctor/probe.ts';
import type { Native } from '../../../src/jail/native.ts';

const LIMITS = [
  'Limit                     Soft Limit           Hard Limit           Units     ',
  'Max processes             unlimited            unlimited            processes ',
  'Max open files            1024                 524288               files     ',
].join('\n');

const FILES: Readonly<Record<string, string>> = {
  '/proc/self/limits': LIMITS,
  '/proc/self/uid_map': '         0          0 4294967295\n',
  '/proc/self/status': 'CapEff:\t000001ffffffffff\n',
  '/proc/self/mountinfo': '30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
  '/proc/sys/fs/inotify/max_user_watches': '65536\n',
  '/proc/sys/fs/inotify/max_user_instances': '128\n',
  '/proc/sys/kernel/pid_max': '4194304\n',
  '/proc/sys/kernel/threads-max': '100000\n',
  '/proc/sys/kernel/yama/ptrace_scope': '1\n',
};

const CALLS = [
  'clone3',
  'close_range',
  'pidfd_open',
  'pidfd_getfd',
  'openat2',
  'open_tree',
  'move_mount',
  'fsopen',
  'mount_setattr',
  'inotify_init1',
  'seccomp',
  'landlock',
];

/** `errors`: of system calls, by name. */
export function nativeWith(errors: Readonly<Record<string, string>> = {}): Native {
  const probes = CALLS.map((name) => [name, { error: errors[name] ?? null, value: 4 }] as const);
  const features = () => ({ clone3: true, intoCgroup: errors.clone3 === undefined, closeRange: true });
  return { features, probeKernel: () => Object.fromEntries(probes) } as unknown as Native;
}

export interface Changes extends Partial<World> {
  /** Files with another text; undefined: not there. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Trials whose options match do not come up. */
  readonly failing?: Readonly<Record<string, string>>;
}

export function world({ files = {}, failing = {}, ...changes }: Changes = {}): World {
  const all = { ...FILES, ...files };
  return {
    uid: 0,
    userName: 'root',
    nodeVersion: '22.11.0',
    glibc: '2.36',
    arch: 'x64',
    kernel: '6.1.0-32-amd64',
    controlSocket: '/run/tsjail/control.sock',
    vassals: '/etc/tsjail/vassals',
    room: '/tmp/tsjail-doctor',
    native: nativeWith(),
    openJailer: () => '/memfd:tsjail-jailer (deleted)',
    read: (path) => all[path],
    exists: () => true,
    isWritable: () => true,
    tryLease: () => ({ file: '/etc/tsjail/vassals/web.ini', answer: 'free' }),
    tryCgroup: () => ['cgroup.kill', 'cgroup.freeze', 'cgroup.procs'],
    daemonPid: async () => undefined,
    trial: async (...options) =>
      Object.entries(failing).find(([option]) => options.some((each) => each.includes(option)))?.[1],
    ...changes,
  };
}

/** What was found of one thing. */
export async function finding(id: string, changes: Changes): Promise<Finding | undefined> {
  return (await examine(world(changes))).find((each) => each.id === id);
}
