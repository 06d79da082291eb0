// File systems that a jail is made of, and how changes of configs are noticed.
import { type Probe, partly, type Verdict, type World, yes } from './probe.ts';

interface Tried {
  readonly id: string;
  readonly title: string;
  readonly options: (world: World) => readonly string[];
  readonly without: string;
  readonly advice: string;
}

const TRIED: readonly Tried[] = [
  {
    id: 'fresh-proc',
    title: 'a fresh /proc',
    options: () => ['--clone=fs,pid', '--proc=on'],
    without: 'vassals see the /proc of the daemon',
    advice: 'in a container, parts of /proc must not be covered by other mounts',
  },
  {
    id: 'fresh-sysfs',
    title: 'a fresh /sys',
    options: () => ['--clone=fs,net', '--hook-post-jail=mount:sysfs none /sys'],
    without: 'a vassal with a network of its own sees the interfaces of the host in /sys',
    advice: 'in a container, parts of /sys must not be covered by other mounts',
  },
  {
    id: 'tmpfs',
    title: 'tmpfs',
    options: () => ['--clone=fs', '--tmpfs=/tmp'],
    without: '`tmpfs`, `dev = minimal`',
    advice: 'root needs CAP_SYS_ADMIN for it',
  },
  {
    id: 'overlayfs',
    title: 'overlayfs',
    // Nothing is mounted below it, which an ordinary user's overlay would not get past: a container has mounts in /etc.
    options: ({ room }) => ['--clone=fs', `--overlay=${room}:${room}`],
    without: '`overlay`',
    advice: 'modprobe overlay; an ordinary user needs Linux 5.11 or newer',
  },
];

export const FILES: readonly Probe[] = [
  ...TRIED.map(probeOf),
  { id: 'leases', area: 'files', title: 'leases', look: lookAtLeases },
  { id: 'inotify-watches', area: 'files', title: 'inotify watches', look: lookAtWatches },
];

function probeOf({ id, title, options, without, advice }: Tried): Probe {
  return { id, area: 'files', title, look };

  async function look(world: World): Promise<Verdict> {
    if (world.native instanceof Error) return partly('cannot be tried without the addon');
    const failure = await world.trial(...options(world));
    return failure === undefined ? yes('tried') : partly(`${failure}; without it: ${without}`, advice);
  }
}

function lookAtLeases({ native, tryLease }: World): Verdict {
  if (native instanceof Error) return partly('cannot be tried without the addon');
  const { file, answer } = tryLease();
  if (answer !== 'unsupported') return yes(`on ${file}`);
  return partly(
    `not on ${file}; a changed file is read after 100 ms of stillness`,
    'keep configs on a local file system, and run the daemon as their owner or as root',
  );
}

function lookAtWatches({ read }: World): Verdict {
  const most = Number(read('/proc/sys/fs/inotify/max_user_watches') ?? Number.NaN);
  if (Number.isNaN(most)) return partly('no fs.inotify: directories are looked at every second');
  if (most >= 8192) return yes(`${most} a user`);
  return partly(`${most} a user`, 'sysctl fs.inotify.max_user_watches=65536');
}
