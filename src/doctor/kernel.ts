// The kernel's age and the system calls that we use where they are, with what we do where they are not.
import { no, type Probe, partly, type Verdict, type World, yes } from './probe.ts';

const FLOOR = [5, 10] as const;

interface Call {
  readonly name: string;
  readonly since: string;
  readonly needed?: true;
  /** What is done, or lost, without it. */
  readonly without: string;
}

/** reference: the man page of each. */
const CALLS: readonly Call[] = [
  { name: 'clone3', since: '5.3', without: 'jails are made by clone(2), and join their cgroup later' },
  { name: 'pidfd_open', since: '5.3', needed: true, without: 'processes cannot be watched' },
  { name: 'pidfd_getfd', since: '5.6', without: '`setns-preopen` of other processes' },
  { name: 'close_range', since: '5.9', without: 'descriptors are closed one by one' },
  { name: 'openat2', since: '5.6', without: 'paths in a jail are walked step by step' },
  { name: 'open_tree', since: '5.2', without: '`bind` by path, and bind sources a mapped user cannot reach' },
  { name: 'move_mount', since: '5.2', without: '`bind` of what was opened outside' },
  { name: 'fsopen', since: '5.2', without: 'mounts are made by mount(2)' },
  { name: 'mount_setattr', since: '5.12', without: '`read-only` is set mount by mount' },
  { name: 'inotify_init1', since: '2.6', without: 'directories are looked at every second' },
  { name: 'seccomp', since: '3.17', without: '`seccomp`, and the filter of `profile = container`' },
];

export const KERNEL: readonly Probe[] = [
  { id: 'linux', area: 'kernel', title: 'Linux', needed: true, look: lookAtAge },
  ...CALLS.map(probeOf),
  { id: 'landlock', area: 'kernel', title: 'Landlock', look: lookAtLandlock },
];

function lookAtAge({ kernel }: World) {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const isOld = major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1]);
  return isOld ? no(kernel, `tsjail needs Linux ${FLOOR.join('.')} or newer`) : yes(kernel);
}

function probeOf({ name, since, needed, without }: Call): Probe {
  const probe: Probe = { id: name, area: 'kernel', title: name, look };
  return needed ? { ...probe, needed } : probe;

  function look({ native }: World): Verdict {
    if (native instanceof Error) return partly('cannot be told without the addon');
    const { error } = native.probeKernel()[name] ?? { error: 'unknown' };
    if (error === null) return yes('works');
    const verdict = needed ? no : partly;
    return verdict(`${error}; without it: ${without}`, adviceFor(name, error, since));
  }
}

function adviceFor(name: string, error: string, since: string): string {
  if (error === 'EMFILE' && name.startsWith('inotify'))
    return 'raise the limit: sysctl fs.inotify.max_user_instances=1024';
  if (error === 'EPERM') return `a seccomp filter around us refuses it: allow ${name} there`;
  return `it came with Linux ${since}; a seccomp filter around us may hide it`;
}

function lookAtLandlock({ native }: World) {
  if (native instanceof Error) return partly('cannot be told without the addon');
  const { error, value } = native.probeKernel().landlock ?? { error: 'unknown', value: 0 };
  if (error === null) return yes(`version ${value} of its interface`);
  const advice =
    error === 'EOPNOTSUPP' ? 'boot with lsm=landlock,… in front of the others' : 'it came with Linux 5.13';
  return partly(`${error}; without it: \`landlock-ro\`, \`landlock-rw\``, advice);
}
