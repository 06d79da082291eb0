// Control groups: which hierarchy is there, whether groups can be made in it, and whether limits can be set on a vassal's.
import { type Probe, partly, type Verdict, type World, yes } from './probe.ts';

interface Limit {
  readonly option: string;
  readonly value: string;
  readonly controller: string;
}

const LIMITS: readonly Limit[] = [
  { option: 'memory-max', value: '1G', controller: 'memory' },
  { option: 'pids-max', value: '1000', controller: 'pids' },
  { option: 'cpu-weight', value: '100', controller: 'cpu' },
];

const MOUNT_IT = 'mount -t cgroup2 none /sys/fs/cgroup, or boot with systemd.unified_cgroup_hierarchy=1';

export const CGROUPS: readonly Probe[] = [
  { id: 'cgroup-hierarchy', area: 'cgroups', title: 'hierarchy', look: lookAtHierarchy },
  { id: 'cgroup-group', area: 'cgroups', title: 'a group of its own', look: tryGroup },
  { id: 'into-cgroup', area: 'cgroups', title: 'clone into a group', look: lookAtClone },
  {
    id: 'cgroup-kill',
    area: 'cgroups',
    title: 'cgroup.kill',
    look: (world) => lookForFile(world, 'cgroup.kill'),
  },
  {
    id: 'cgroup-freeze',
    area: 'cgroups',
    title: 'freezer',
    look: (world) => lookForFile(world, 'cgroup.freeze'),
  },
  ...LIMITS.map(probeOf),
];

interface Mounts {
  readonly v2: string | undefined;
  /** Controllers of v1. */
  readonly v1: readonly string[];
}

function mountsOf({ read }: World): Mounts {
  const lines = read('/proc/self/mountinfo')?.split('\n') ?? [];
  const mounts = lines.map((line) => {
    const words = line.split(' ');
    const [type = '', , options = ''] = words.slice(words.indexOf('-') + 1);
    return { place: words[4], type, options: options.split(',') };
  });
  const own = mounts.filter(({ type }) => type === 'cgroup').flatMap(({ options }) => options);
  const v1 = ['memory', 'pids', 'cpu'].filter((controller) => own.includes(controller));
  return { v2: mounts.find(({ type }) => type === 'cgroup2')?.place, v1 };
}

function lookAtHierarchy(world: World): Verdict {
  const { v2, v1 } = mountsOf(world);
  if (v2 === undefined && v1.length === 0)
    return partly(
      'none is mounted: no limits, and vassals without a pid namespace end less surely',
      MOUNT_IT,
    );
  if (v2 === undefined)
    return partly(`v1 alone (${v1.join(' ')}): by \`cgroup\` and \`cgroup-opt\``, MOUNT_IT);
  if (v1.length === 0) return yes(`v2 at ${v2}`);
  return partly(
    `v2 at ${v2}, while ${v1.join(', ')} are of v1: limits by \`cgroup\` and \`cgroup-opt\``,
    'boot with systemd.unified_cgroup_hierarchy=1',
  );
}

function tryGroup(world: World): Verdict {
  const made = world.tryCgroup();
  if (typeof made !== 'string') return yes('made and removed');
  return partly(
    `${made}; without it a vassal with no pid namespace ends less surely`,
    world.uid === 0
      ? 'mount cgroup v2 writable; in a container, with a cgroup namespace of its own'
      : 'run the daemon as a service of the user: systemd-run --user -p Delegate=yes',
  );
}

/** CLONE_INTO_CGROUP of clone3(2). */
function lookAtClone({ native, tryCgroup }: World): Verdict {
  if (native instanceof Error) return partly('cannot be told without the addon');
  if (typeof tryCgroup() === 'string') return partly('no group to clone into');
  if (native.features().intoCgroup) return yes('a jail is in its group from the beginning');
  return partly('a jail joins its group later, which takes some milliseconds', 'it needs clone3: see there');
}

function lookForFile({ tryCgroup }: World, file: string): Verdict {
  const made = tryCgroup();
  if (typeof made === 'string') return partly('no group to look at');
  if (made.includes(file)) return yes('there');
  return partly(
    'not there: processes are killed one by one',
    'cgroup.freeze came with Linux 5.2, cgroup.kill with 5.14',
  );
}

function probeOf({ option, value, controller }: Limit): Probe {
  return { id: option, area: 'cgroups', title: option, look };

  async function look(world: World): Promise<Verdict> {
    if (world.native instanceof Error) return partly('cannot be tried without the addon');
    const failure = await world.trial('--clone=fs,pid', `--${option}=${value}`);
    if (failure === undefined) return yes('tried');
    if (isForService(world, controller))
      return partly(
        'not from this shell; as a service with Delegate=yes',
        'run the daemon by tsjail.service',
      );
    // What follows is for the line of a config, which there is none of here.
    const why = failure.replace(`${option}: `, '').replace(/ \(\w+ is on a v1 hierarchy.*$/, '');
    return partly(why, adviceFor(world, controller));
  }
}

/** A shell's group has the shell in it, and passes no controllers on. */
function isForService(world: World, controller: string): boolean {
  return world.uid === 0 && world.exists('/run/systemd/system') && isOffered(world, controller);
}

function isOffered(world: World, controller: string): boolean {
  const { v2 } = mountsOf(world);
  const words = world.read(`${v2}/cgroup.controllers`)?.split(/\s+/);
  return words?.includes(controller) ?? false;
}

function adviceFor(world: World, controller: string): string {
  const { v2, v1 } = mountsOf(world);
  if (v1.includes(controller))
    return 'use `cgroup` and `cgroup-opt`, or boot with systemd.unified_cgroup_hierarchy=1';
  if (v2 === undefined) return MOUNT_IT;
  if (!isOffered(world, controller))
    return controller === 'memory'
      ? 'boot with cgroup_enable=memory'
      : `this kernel, or the container's host, keeps ${controller} back`;
  return 'run the daemon in a group of its own that was delegated to it (Delegate=yes)';
}
