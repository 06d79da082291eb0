// Puts a storm into a world of its own, which one kill ends: control groups, and in them a pid namespace with mounts,
// /run and /tmp of its own. What is in there is the storm's alone.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { poll } from './time.mjs';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
const INSIDE = 'test/soak/harness/inside.mjs';
/** The checkout is seen there: it may lie below /tmp. */
const PLACE = '/mnt';
/** So that a storm that goes wrong is no storm for the machine. */
const GUARDS = { 'pids.max': '12000' };
const CONTROLLERS = ['pids', 'memory'];
const V1_PLACES = CONTROLLERS.map((name) => `/sys/fs/cgroup/${name}`);
const CGROUP2_MAGIC = 0x63677270;
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** 128 + SIGINT, as of shells. */
const INTERRUPTED = 130;
const GONE_MS = 30_000;

/** Pid 1 reaps whoever is left to it, so that what the daemon does not reap is seen as a zombie of the daemon's. */
const SET_UP = `set -e
mount --bind "$1" ${PLACE}
# Mounts of others, which go when they like.
cut -d' ' -f5 /proc/self/mountinfo | grep -E '^/(tmp|run|var)/' | tac | while read -r path; do
  umount -l "$path" 2>/dev/null || true
done
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 run /run
cd ${PLACE}
shift
set +e
"$@"
exit $?`;

/** Runs a storm and gives its result; one that does not end within `size.limitS` seconds is killed. */
export async function runInWorld({ name, seed, size }) {
  const groups = makeGroups(`tsjail-soak-${process.pid}-${name}`);
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    killAll(groups);
  };
  for (const signal of INTERRUPTS) process.on(signal, interrupt);
  try {
    return await runIn(groups, { name, seed, size });
  } finally {
    await removeGroups(groups);
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
    if (isInterrupted) process.exit(INTERRUPTED);
  }
}

async function runIn(groups, { name, seed, size }) {
  const join = 'for group in $SOAK_JOIN; do echo 0 >"$group/cgroup.procs" || exit; done; exec "$@"';
  // Who is killed cannot clean up: at least nobody goes on.
  const isolate = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount',
    '--ipc',
    '--mount-proc',
  ];
  const storm = [process.execPath, INSIDE, name, String(seed), JSON.stringify(size)];
  const words = [...isolate, 'sh', '-c', SET_UP, 'sh', CHECKOUT, ...storm];
  const child = spawn('sh', ['-c', join, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      SOAK_JOIN: groups.map((group) => `${group}/driver`).join(' '),
      SOAK_GROUPS: groups.map((group) => `${group}/emperor`).join(' '),
    },
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killAll(groups);
  }, size.limitS * 1000);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  if (isLate) return { name, figures: {}, faults: [`was not over after ${size.limitS} s, and was killed`] };
  try {
    return JSON.parse(said);
  } catch {
    return { name, figures: {}, faults: [`ended with code ${code}: ${said.slice(-2000)}`] };
  }
}

/** One of v2, and one of each v1 hierarchy that can limit; in each a part for the storm and one for the daemon. */
function makeGroups(name) {
  const v2 = v2Mount();
  const places = [v2, ...V1_PLACES.filter((path) => existsSync(join(path, 'cgroup.procs')))];
  const groups = places.map((place) => join(place, name));
  for (const group of groups) {
    for (const part of ['driver', 'emperor']) mkdirSync(join(group, part), { recursive: true });
    for (const [file, value] of Object.entries(GUARDS))
      if (existsSync(join(group, file))) writeFileSync(join(group, file), value);
  }
  turnControllersOn(v2, groups[0]);
  return groups;
}

/** On v2 each group passes on what those below it are to have. */
function turnControllersOn(v2, group) {
  const there = readFileSync(join(v2, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const name of CONTROLLERS.filter((each) => there.includes(each)))
    for (const path of [v2, group]) writeFileSync(join(path, 'cgroup.subtree_control'), `+${name}`);
}

function v2Mount() {
  const mount = readFileSync('/proc/self/mounts', 'utf8').match(/^\S+ (\S+) cgroup2 /m)?.[1];
  if (mount === undefined || statfsSync(mount).type !== CGROUP2_MAGIC) throw new Error('no cgroup v2 here');
  return mount;
}

function killAll([group]) {
  writeFileSync(join(group, 'cgroup.kill'), '1');
}

async function removeGroups(groups) {
  killAll(groups);
  await poll(() => groups.map(removeGroup).every(Boolean), GONE_MS);
}

/** False: somebody is in it still. */
function removeGroup(path) {
  if (!existsSync(path)) return true;
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory() && !removeGroup(join(path, entry.name))) return false;
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
