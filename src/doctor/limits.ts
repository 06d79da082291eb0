// How many: descriptors, processes, watches.
import { type Probe, partly, type Verdict, type World, yes } from './probe.ts';

/** What the daemon holds open for a plain vassal, and for itself. */
const DESCRIPTORS_EACH = 3;
const DESCRIPTORS_OWN = 64;
/** An init, a command and one more. */
const PROCESSES_EACH = 3;
const FEW = 1000;

export const LIMITS: readonly Probe[] = [
  { id: 'descriptors', area: 'limits', title: 'open files', look: lookAtDescriptors },
  { id: 'processes', area: 'limits', title: 'processes', look: lookAtProcesses },
  { id: 'inotify-instances', area: 'limits', title: 'inotify instances', look: lookAtInstances },
  { id: 'raise-limits', area: 'limits', title: 'raising of limits', look: lookAtRaising },
];

/** `name`: as /proc/self/limits has it. */
function hardLimit({ read }: World, name: string): number {
  const line = read('/proc/self/limits')
    ?.split('\n')
    .find((each) => each.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

function lookAtDescriptors(world: World): Verdict {
  const most = hardLimit(world, 'Max open files');
  const vassals = Math.max(0, Math.floor((most - DESCRIPTORS_OWN) / DESCRIPTORS_EACH));
  const found = `${most}: for some ${vassals} vassals`;
  return vassals >= FEW ? yes(found) : partly(found, 'LimitNOFILE=65536 in the unit, or ulimit -Hn');
}

function lookAtProcesses(world: World): Verdict {
  const all = [
    { name: 'kernel.pid_max', most: sysctl(world, 'kernel/pid_max') },
    { name: 'kernel.threads-max', most: sysctl(world, 'kernel/threads-max') },
    ...(world.uid === 0 ? [] : [{ name: 'ulimit -u', most: hardLimit(world, 'Max processes') }]),
  ];
  const least = all.reduce((a, b) => (b.most < a.most ? b : a));
  const vassals = Math.floor(least.most / PROCESSES_EACH);
  const found = `${least.most} by ${least.name}: for some ${vassals} vassals`;
  return vassals >= FEW ? yes(found) : partly(found, `raise ${least.name}`);
}

function lookAtInstances(world: World): Verdict {
  const most = sysctl(world, 'fs/inotify/max_user_instances');
  if (most >= 64) return yes(`${most} a user`);
  return partly(
    `${most} a user, for vassals with the uid of another, too`,
    'sysctl fs.inotify.max_user_instances=1024',
  );
}

function sysctl({ read }: World, path: string): number {
  const text = read(`/proc/sys/${path}`)?.trim();
  return text ? Number(text) : Number.POSITIVE_INFINITY;
}

/** All ids mapped to themselves: user_namespaces(7). */
const ALL_IDS = /^\s*0\s+0\s+4294967295\s*$/;
const NO_RAISING = "`limit-*` and `oom-score-adj` of vassals cannot go beyond the daemon's own";

function lookAtRaising({ read, uid }: World): Verdict {
  // The kernel asks the first user namespace for it: prlimit(2), capabilities(7).
  if (!ALL_IDS.test(read('/proc/self/uid_map') ?? ''))
    return partly(`${NO_RAISING}: this is a user namespace`, 'give it higher limits to begin with');
  const effective = /^CapEff:\s*([\da-f]+)$/m.exec(read('/proc/self/status') ?? '')?.[1] ?? '0';
  const may = ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
  if (may) return yes('CAP_SYS_RESOURCE');
  return partly(
    NO_RAISING,
    uid === 0
      ? 'give it CAP_SYS_RESOURCE, or higher limits to begin with'
      : 'give it higher limits to begin with',
  );
}
