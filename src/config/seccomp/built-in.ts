// The filters that tsjail brings along: all calls but those of which a jailed program has no need, or which reach beyond
// its jail. Who has the capability for a call may make it: then the kernel's own check is the one that counts.
import type { Capability } from '../identity/capabilities.ts';
import { ACTIONS, type Condition, failing, type Profile, type Rule } from './profile.ts';
import { SYSCALLS } from './syscalls.ts';

const EPERM = failing(1);
/** As on a kernel that lacks the call: the C library goes another way then. */
const ENOSYS = failing(38);

interface Group {
  readonly names: readonly string[];
  /** With one of them the calls are allowed. */
  readonly unless?: readonly string[];
  readonly action?: number;
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** Each group denied for one reason. */
const DENIED: readonly Group[] = [
  // The machine itself.
  { names: words('init_module finit_module delete_module create_module'), unless: ['sys_module'] },
  { names: words('kexec_load kexec_file_load reboot'), unless: ['sys_boot'] },
  { names: words('settimeofday clock_settime'), unless: ['sys_time'] },
  { names: words('iopl ioperm'), unless: ['sys_rawio'] },
  { names: words('acct'), unless: ['sys_pacct'] },
  { names: words('swapon swapoff quotactl quotactl_fd'), unless: ['sys_admin'] },
  { names: words('vhangup'), unless: ['sys_tty_config'] },
  { names: words('syslog'), unless: ['syslog', 'sys_admin'] },
  // Mounts and namespaces: where most ways out of a jail begin.
  {
    names: words(
      'mount umount2 pivot_root open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr',
    ),
    unless: ['sys_admin'],
  },
  { names: words('setns unshare sethostname setdomainname'), unless: ['sys_admin'] },
  // Its flags lie in memory, where a filter cannot look: the C library falls back to clone, whose flags can be seen.
  { names: words('clone3'), unless: ['sys_admin'], action: ENOSYS },
  { names: words('chroot'), unless: ['sys_chroot'] },
  // Other processes, and their memory.
  {
    names: words('process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd'),
    unless: ['sys_ptrace'],
  },
  { names: words('userfaultfd'), unless: ['sys_ptrace'] },
  // What looks into the kernel, or runs in it.
  { names: words('bpf'), unless: ['bpf', 'sys_admin'] },
  { names: words('perf_event_open'), unless: ['perfmon', 'sys_admin'] },
  { names: words('fanotify_init lookup_dcookie'), unless: ['sys_admin'] },
  { names: words('open_by_handle_at'), unless: ['dac_read_search'] },
  {
    names: words('mbind set_mempolicy get_mempolicy set_mempolicy_home_node migrate_pages move_pages'),
    unless: ['sys_nice'],
  },
  // Keyrings know no namespaces.
  { names: words('add_key request_key keyctl') },
  // Calls made that way pass no filter.
  { names: words('io_uring_setup io_uring_enter io_uring_register'), action: ENOSYS },
  // Of old times.
  {
    names: words(
      'uselib ustat sysfs _sysctl nfsservctl get_kernel_syms query_module afs_syscall vserver tuxcall security getpmsg putpmsg epoll_ctl_old epoll_wait_old',
    ),
    action: ENOSYS,
  },
  { names: words('uretprobe uprobe') },
];

/** What `strict` denies besides, whoever asks. */
const DENIED_STRICTLY: readonly Group[] = [
  { names: words('ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise') },
  {
    names: words(
      'setns unshare chroot mount umount2 pivot_root open_tree move_mount fsopen fsmount mount_setattr',
    ),
  },
  { names: words('clone3'), action: ENOSYS },
  { names: words('bpf perf_event_open userfaultfd fanotify_init') },
  { names: words('mknod mknodat name_to_handle_at open_by_handle_at') },
  { names: words('modify_ldt vmsplice remap_file_pages personality memfd_secret') },
];

function condition(index: number, operator: Condition['operator'], value: number, other = 0): Condition {
  return { index, operator, value: BigInt(value), other: BigInt(other) };
}

/** CLONE_NEWTIME apart, which clone(2) has no room for: CLONE_NEW(NS|CGROUP|UTS|IPC|USER|PID|NET). */
const NEW_NAMESPACES = 0x7e02_0000;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** The kernel looks at the lower half alone: a filter that compared the whole could be passed with the other half. */
const LOWER = 0xffff_ffff;
const AF_VSOCK = 40;
/** PER_LINUX, PER_LINUX32, UNAME26 with either, and "tell me". */
const PERSONALITIES = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** Calls that are allowed with some arguments. */
const WITH_CONDITIONS: readonly Rule[] = [
  // A character put into the terminal is a command to who has it open.
  { names: ['ioctl'], action: EPERM, conditions: [condition(1, 'MASKED_EQ', LOWER, TIOCSTI)] },
  { names: ['ioctl'], action: EPERM, conditions: [condition(1, 'MASKED_EQ', LOWER, TIOCLINUX)] },
  // To the hypervisor, from every network namespace.
  { names: ['socket'], action: EPERM, conditions: [condition(0, 'EQ', AF_VSOCK)] },
];

const NO_NEW_NAMESPACES: Rule = {
  names: ['clone'],
  action: ACTIONS.ALLOW,
  conditions: [condition(0, 'MASKED_EQ', NEW_NAMESPACES, 0)],
};

/** `has`: the capabilities that the command can come to have. */
export function builtInProfile(which: 'default' | 'strict', has: readonly Capability[] | 'all'): Profile {
  const holds = (names: readonly string[] = []) =>
    has === 'all' ? names.length > 0 : has.some(({ name }) => names.includes(name));
  const denied = DENIED.filter(({ unless }) => !holds(unless));
  const groups = which === 'strict' ? [...DENIED_STRICTLY, ...denied] : denied;
  const clone: Rule[] =
    which === 'strict' || !holds(['sys_admin'])
      ? [NO_NEW_NAMESPACES, { names: ['clone'], action: EPERM, conditions: [] }]
      : [];
  return {
    otherwise: ACTIONS.ALLOW,
    unknown: ENOSYS,
    rules: [
      ...WITH_CONDITIONS,
      ...clone,
      ...groups.map(({ names, action = EPERM }) => ({ names, action, conditions: [] })),
      ...personalities(),
    ],
    flags: 0,
  };
}

function personalities(): Rule[] {
  const allowed = PERSONALITIES.map((value) => ({
    names: ['personality'],
    action: ACTIONS.ALLOW,
    conditions: [condition(0, 'EQ', value)],
  }));
  return [...allowed, { names: ['personality'], action: EPERM, conditions: [] }];
}

/** Names that a table above has and no machine knows; for the test. */
export function strangers(): string[] {
  const all = [...DENIED, ...DENIED_STRICTLY].flatMap(({ names }) => names);
  return all.filter((name) => !SYSCALLS.x64.has(name) && !SYSCALLS.arm64.has(name));
}
