import { describe, expect, test } from 'vitest';
import { examine, isFit, PROBES } from '../../../src/doctor/examine.ts';
import { type Changes, finding, nativeWith, world } from './world.ts';

test('where everything is there, nothing is missing and nothing is advised', async () => {
  const findings = await examine(world());
  expect(findings.filter(({ state, advice }) => state !== 'yes' || advice !== undefined)).toEqual([]);
  expect(isFit(findings)).toBe(true);
});

test('each probe has a name of its own', () => {
  expect(new Set(PROBES.map(({ id }) => id)).size).toBe(PROBES.length);
});

const USER: Changes = { uid: 1000, userName: 'ada' };

const CASES: readonly (readonly [string, string, Changes, 'yes' | 'partly' | 'no', RegExp])[] = [
  ['an old Node', 'node', { nodeVersion: '18.20.4' }, 'no', /18\.20\.4.*install Node 20\.19/],
  ['a Node just too old', 'node', { nodeVersion: '20.18.3' }, 'no', /install Node/],
  ['an old kernel', 'linux', { kernel: '5.4.0-generic' }, 'no', /5\.4\.0.*needs Linux 5\.10/],
  [
    'an addon that is not there',
    'addon',
    { native: new Error('Cannot find module x\nmore') },
    'no',
    /^Cannot find module x → install/,
  ],
  ['musl', 'c-library', { glibc: undefined, native: new Error('x') }, 'no', /a Node for glibc/],
  [
    'another machine',
    'c-library',
    { arch: 'riscv64', native: new Error('x') },
    'no',
    /build tsjail on this machine/,
  ],
  [
    'memory files that may not run',
    'jailer',
    { openJailer: () => '/usr/lib/j', files: { '/proc/sys/vm/memfd_noexec': '2\n' } },
    'partly',
    /\/usr\/lib\/j.*vm\.memfd_noexec/,
  ],
  [
    'no jail for root',
    'jail',
    { failing: { 'fs,pid': 'clone3: EPERM' } },
    'no',
    /clone3: EPERM.*CAP_SYS_ADMIN/,
  ],
  ['no clone3', 'clone3', { native: nativeWith({ clone3: 'ENOSYS' }) }, 'partly', /ENOSYS.*clone\(2\).*5\.3/],
  [
    'no pidfd_open',
    'pidfd_open',
    { native: nativeWith({ pidfd_open: 'EPERM' }) },
    'no',
    /seccomp filter.*allow pidfd_open/,
  ],
  [
    'no inotify instance left',
    'inotify_init1',
    { native: nativeWith({ inotify_init1: 'EMFILE' }) },
    'partly',
    /max_user_instances/,
  ],
  ['no Landlock', 'landlock', { native: nativeWith({ landlock: 'EOPNOTSUPP' }) }, 'partly', /lsm=landlock/],
  [
    'one namespace that is not there',
    'ns-time',
    { failing: { time: 'clone3: EINVAL' }, exists: (path) => path !== '/proc/self/ns/time' },
    'no',
    /built without it/,
  ],
  ['the others then', 'ns-pid', { failing: { time: 'clone3: EINVAL' } }, 'yes', /tried/],
  [
    'a limit of 0',
    'ns-net',
    { failing: { net: 'clone3: ENOSPC' }, files: { '/proc/sys/user/max_net_namespaces': '0\n' } },
    'no',
    /user\.max_net_namespaces is 0/,
  ],
  [
    'AppArmor',
    'ns-user',
    {
      ...USER,
      failing: { user: 'EPERM' },
      files: { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' },
    },
    'no',
    /AppArmor.*apparmor_restrict_unprivileged_userns=0/,
  ],
  [
    'AppArmor is nothing to root',
    'unprivileged-users',
    { files: { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' } },
    'partly',
    /root does not need it/,
  ],
  [
    "Debian's switch",
    'unprivileged-users',
    { ...USER, files: { '/proc/sys/kernel/unprivileged_userns_clone': '0\n' } },
    'no',
    /unprivileged_userns_clone=1/,
  ],
  [
    'no range of ids',
    'sub-ids',
    { ...USER, files: { '/etc/subuid': 'bob:1:2', '/etc/subgid': 'ada:1:2' } },
    'partly',
    /no line for ada in \/etc\/subuid → usermod.* ada$/,
  ],
  [
    'ids by number',
    'sub-ids',
    { ...USER, files: { '/etc/subuid': '1000:1:2', '/etc/subgid': 'ada:1:2' } },
    'yes',
    /range/,
  ],
  [
    'no newuidmap',
    'sub-ids',
    { ...USER, exists: (path) => !path.endsWith('map') },
    'partly',
    /install uidmap/,
  ],
  [
    'no overlayfs',
    'overlayfs',
    { failing: { '--overlay=/tmp/tsjail-doctor:': 'mount: ENODEV' } },
    'partly',
    /ENODEV.*modprobe overlay/,
  ],
  [
    'no leases',
    'leases',
    { tryLease: () => ({ file: '/n/a.ini', answer: 'unsupported' }) },
    'partly',
    /not on \/n\/a\.ini/,
  ],
  ['no cgroups', 'cgroup-hierarchy', { files: { '/proc/self/mountinfo': '' } }, 'partly', /mount -t cgroup2/],
  [
    'cgroup v1 alone',
    'cgroup-hierarchy',
    { files: { '/proc/self/mountinfo': '1 2 0:1 / /c/memory rw - cgroup cgroup rw,memory\n' } },
    'partly',
    /v1 alone \(memory\)/,
  ],
  [
    'a group that is not ours',
    'cgroup-group',
    { ...USER, tryCgroup: () => '/c/x: EACCES' },
    'partly',
    /EACCES.*Delegate=yes/,
  ],
  ['no cgroup.kill', 'cgroup-kill', { tryCgroup: () => ['cgroup.freeze'] }, 'partly', /one by one.*5\.14/],
  [
    'a clone that cannot be into a group',
    'into-cgroup',
    { native: nativeWith({ clone3: 'ENOSYS' }) },
    'partly',
    /joins its group later/,
  ],
  [
    'no controller in a shell of root',
    'memory-max',
    { failing: { 'memory-max': 'x' } },
    'partly',
    /tsjail\.service/,
  ],
  [
    'memory accounting that is off',
    'memory-max',
    {
      failing: { 'memory-max': 'memory-max: not given' },
      files: { '/sys/fs/cgroup/cgroup.controllers': 'cpu pids\n' },
    },
    'partly',
    /cgroup_enable=memory/,
  ],
  [
    'few descriptors',
    'descriptors',
    {
      files: {
        '/proc/self/limits': 'Max open files            1024                 1024                 files',
      },
    },
    'partly',
    /1024: for some 320 vassals.*LimitNOFILE/,
  ],
  ['few pids', 'processes', { files: { '/proc/sys/kernel/pid_max': '1000\n' } }, 'partly', /kernel\.pid_max/],
  [
    'few inotify instances',
    'inotify-instances',
    { files: { '/proc/sys/fs/inotify/max_user_instances': '8\n' } },
    'partly',
    /=1024/,
  ],
  [
    'no CAP_SYS_RESOURCE',
    'raise-limits',
    { files: { '/proc/self/status': 'CapEff:\t000001fffeffffff\n' } },
    'partly',
    /CAP_SYS_RESOURCE/,
  ],
  [
    'a user namespace, whose capabilities do not count for it',
    'raise-limits',
    { files: { '/proc/self/uid_map': '         0       1000          1\n' } },
    'partly',
    /user namespace.*higher limits/,
  ],
  [
    'a directory that is not his to write',
    'control-socket',
    { ...USER, isWritable: () => false },
    'no',
    /XDG_RUNTIME_DIR/,
  ],
  [
    'a directory that is not ours',
    'control-socket',
    { isWritable: () => false },
    'no',
    /not ours to write.*--control/,
  ],
  [
    'a daemon that lives',
    'control-socket',
    { isWritable: () => false, daemonPid: async () => 42 },
    'yes',
    /daemon 42/,
  ],
  ['no systemd', 'systemd', { exists: (path) => path !== '/run/systemd/system' }, 'partly', /does not run/],
  [
    'a probe that throws',
    'leases',
    {
      tryLease: () => {
        throw new Error('open: EMFILE');
      },
    },
    'no',
    /open: EMFILE/,
  ],
];

describe.each(CASES)('%s', (_what, id, changes, state, told) => {
  test(`${id}: ${state}`, async () => {
    const found = await finding(id, changes);
    expect(found?.state).toBe(state);
    expect(`${found?.found}${found?.advice ? ` → ${found.advice}` : ''}`).toMatch(told);
  });
});

test.each([
  ['what is needed', { nodeVersion: '18.0.0' }, false],
  ['what is not', { failing: { overlay: 'ENODEV' }, tryCgroup: () => 'none' }, true],
])('without %s the daemon can do its work: %j', async (_what, changes, fit) => {
  expect(isFit(await examine(world(changes)))).toBe(fit);
});
