// Many vassals in full jails from a cold start of the daemon, beside the raw C launcher with one process for each processor.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Daemon } from './daemon.mjs';

const COUNTS = [100, 1000, 5000, 10_000];
/** USER_HZ is 100 wherever Node runs. */
const TICK_MS = 10;
/** Of a jail: its init and its command; three descriptors of the daemon, some 330 KB of the kernel's. */
const NEEDS = { pids: 2, descriptors: 3, bytes: 500_000 };

/** `{ count, upMs, busyMs, loopMs, downMs, kib, rawUpMs, rawBusyMs, rawDownMs }` for each of the counts that fit this machine; `loopMs`,
 *  `kib`: of the daemon, when all are up; `busyMs`: of all processors, kernel and all, until then. */
export async function scale(programs, directory) {
  const results = [];
  for (const count of COUNTS.filter(fits)) {
    const raw = await rawMany(programs, count);
    const ours = await daemonMany(join(directory, String(count)), programs.mark, count);
    results.push({ count, ...raw, ...ours });
  }
  return results;
}

function fits(count) {
  const pids = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  const descriptors = Number(spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout) || Infinity;
  return (
    count * NEEDS.pids < pids / 2 &&
    count * NEEDS.descriptors < descriptors &&
    count * NEEDS.bytes < freemem()
  );
}

async function daemonMany(directory, mark, count) {
  const daemon = new Daemon(directory, mark);
  const names = Array.from({ length: count }, (_, n) => `v${n}`);
  for (const name of names) {
    daemon.put(name);
    daemon.prepareMark(name);
  }
  try {
    const busyBefore = busyMsSoFar();
    const begun = process.hrtime.bigint();
    daemon.start();
    await daemon.allMarked(count);
    const busyMs = busyMsSoFar() - busyBefore;
    const { loopMs } = daemon;
    const upMs = Math.max(...names.map((name) => Number(daemon.marks(name)[0] - begun) / 1e6));
    await daemon.running(count);
    const kib = daemon.residentKiB;
    const ending = process.hrtime.bigint();
    await daemon.stop();
    return { upMs, busyMs, loopMs, kib, downMs: Number(process.hrtime.bigint() - ending) / 1e6 };
  } finally {
    await daemon.end();
  }
}

/** No daemon, no files: the same kernel calls. */
async function rawMany({ raw, mark, init }, count) {
  const lanes = availableParallelism();
  const busyBefore = busyMsSoFar();
  const share = (lane) => Math.floor(count / lanes) + (lane < count % lanes ? 1 : 0);
  const children = Array.from({ length: lanes }, (_, lane) =>
    spawn(raw, ['hold', '-', mark, init, String(share(lane))], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const said = await Promise.all(children.map(({ stdout }) => firstLine(stdout)));
  const rawBusyMs = busyMsSoFar() - busyBefore;
  const moments = said.map((line) => line.split(' ').map(Number));
  const rawUpMs =
    (Math.max(...moments.map(([, last]) => last)) - Math.min(...moments.map(([begun]) => begun))) / 1e6;
  const ending = performance.now();
  await Promise.all(children.map(ended));
  return { rawUpMs, rawBusyMs, rawDownMs: performance.now() - ending };
}

/** Of all processors since the machine was started, of programs and of the kernel (proc_stat(5), in ticks of 10 ms). */
function busyMsSoFar() {
  const [user, nice, system, , , irq, softirq] = /^cpu +(.*)$/m
    .exec(readFileSync('/proc/stat', 'utf8'))[1]
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq) * TICK_MS;
}

async function firstLine(stream) {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('raw hold ended without a word');
}

function ended(child) {
  return new Promise((resolve) => {
    child.on('exit', resolve);
    child.stdin.end();
  });
}
