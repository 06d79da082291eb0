// Namespaces: each is tried with a jail of its own where one with all of them does not come up; and what keeps users from them.
import { no, type Probe, partly, type Verdict, type World, yes } from './probe.ts';

interface Kind {
  /** As `clone` has it. */
  readonly name: string;
  readonly title: string;
  /** /proc/sys/user/max_…_namespaces */
  readonly limit: string;
  readonly needed?: true;
}

const KINDS: readonly Kind[] = [
  { name: 'fs', title: 'mount', limit: 'mnt', needed: true },
  { name: 'pid', title: 'pid', limit: 'pid', needed: true },
  { name: 'net', title: 'network', limit: 'net' },
  { name: 'ipc', title: 'ipc', limit: 'ipc' },
  { name: 'uts', title: 'uts (host name)', limit: 'uts' },
  { name: 'cgroup', title: 'cgroup', limit: 'cgroup' },
  { name: 'time', title: 'time', limit: 'time' },
];

const EVERY = `--clone=${KINDS.map(({ name }) => name).join(',')}`;

export const NAMESPACES: readonly Probe[] = [
  ...KINDS.map(probeOf),
  { id: 'ns-user', area: 'namespaces', title: 'user', look: tryUser },
  { id: 'unprivileged-users', area: 'namespaces', title: 'user, for ordinary users', look: lookAtUsers },
  { id: 'sub-ids', area: 'namespaces', title: 'more than one id for a user', look: lookAtSubIds },
];

function probeOf({ name, title, limit, needed }: Kind): Probe {
  const probe: Probe = { id: `ns-${name}`, area: 'namespaces', title, look };
  return needed ? { ...probe, needed } : probe;

  async function look(world: World): Promise<Verdict> {
    if (world.native instanceof Error) return partly('cannot be tried without the addon');
    if ((await world.trial(EVERY)) === undefined) return yes('tried');
    const failure = await world.trial(`--clone=${name}`);
    if (failure === undefined) return yes('tried');
    return no(failure, adviceFor(limit, world));
  }
}

function adviceFor(limit: string, world: World): string {
  const name = `user.max_${limit}_namespaces`;
  if (limitOf(limit, world) === 0) return `sysctl ${name} is 0: set it to 10000 or more`;
  if (!world.exists(`/proc/self/ns/${limit}`)) return 'this kernel was built without it';
  return world.uid === 0
    ? 'root needs CAP_SYS_ADMIN for it, and no seccomp filter in the way'
    : 'an ordinary user gets it in a user namespace only: see there';
}

function limitOf(limit: string, { read }: World): number {
  const text = read(`/proc/sys/user/max_${limit}_namespaces`);
  return text === undefined ? Number.POSITIVE_INFINITY : Number(text);
}

async function tryUser(world: World): Promise<Verdict> {
  if (world.native instanceof Error) return partly('cannot be tried without the addon');
  const failure = await world.trial('--clone=user,fs,pid');
  if (failure === undefined) return yes('tried');
  const verdict = world.uid === 0 ? partly : no;
  return verdict(failure, obstacleOf(world) ?? adviceFor('user', world));
}

/** What is known to keep ordinary users from user namespaces, with the way out. */
function obstacleOf(world: World): string | undefined {
  const setting = (path: string) => world.read(`/proc/sys/${path}`)?.trim();
  if (limitOf('user', world) === 0) return 'sysctl user.max_user_namespaces is 0: set it to 10000 or more';
  if (setting('kernel/unprivileged_userns_clone') === '0') return 'sysctl kernel.unprivileged_userns_clone=1';
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1')
    return 'AppArmor restricts them: give Node a profile with `userns,`, or sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  return undefined;
}

function lookAtUsers(world: World): Verdict {
  const obstacle = obstacleOf(world);
  if (obstacle === undefined) return yes('nothing is in their way');
  return world.uid === 0
    ? partly('not to be had; root does not need it', obstacle)
    : no('not to be had', obstacle);
}

function lookAtSubIds({ uid, userName, exists, read }: World): Verdict {
  const missing = ['newuidmap', 'newgidmap'].filter((name) => !exists(`/usr/bin/${name}`));
  if (uid === 0) return yes('root maps any');
  if (missing.length > 0) return partly(`no ${missing.join(', no ')}`, 'apt-get install uidmap');
  const without = ['subuid', 'subgid'].filter((file) => !mentions(read(`/etc/${file}`), uid, userName));
  if (without.length === 0) return yes('newuidmap and a range of ids');
  const name = userName ?? String(uid);
  return partly(
    `no line for ${name} in ${without.map((file) => `/etc/${file}`).join(', ')}`,
    `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}`,
  );
}

function mentions(text: string | undefined, uid: number, name: string | undefined): boolean {
  const owners = text?.split('\n').map((line) => line.split(':', 1)[0]) ?? [];
  return owners.some((owner) => owner === String(uid) || (name !== undefined && owner === name));
}
