// A thousand vassals at rest: what they cost when nothing happens, and what a re-exec makes of it.
import { readdirSync, readFileSync } from 'node:fs';
import { Daemon } from './daemon.mjs';
import { median, sleep } from './numbers.mjs';

/** V8 sweeps some ten seconds after whatever was done, and every 30 s the directory is scanned: idleness is what lies between. */
const SETTLE_MS = 16_000;
export const IDLE_MS = 10_000;

/** Of `count` vassals in full jails. */
export async function atRest(directory, mark, count) {
  const daemon = new Daemon(directory, mark);
  for (let n = 0; n < count; n++) daemon.put(`v${n}`);
  try {
    daemon.start();
    await daemon.allMarked(count);
    await daemon.running(count);
    // Before it settles: V8 sweeps for a while after an answer of that size too.
    const jailers = (await daemon.ls()).slice(0, 50).map((vassal) => vassal.jailerPid);
    await sleep(SETTLE_MS);
    const daemonMiB = daemon.residentKiB / 1024;
    const before = wakeUps(daemon.pid);
    await sleep(IDLE_MS);
    const idleWakeUps = wakeUps(daemon.pid) - before;
    await daemon.reexec();
    await sleep(SETTLE_MS);
    const replacedMiB = daemon.residentKiB / 1024;
    const jailerKiB = median(jailers.map(privateKiB));
    await daemon.stop();
    return { daemonMiB, replacedMiB, jailerKiB, idleWakeUps };
  } finally {
    await daemon.end();
  }
}

function privateKiB(pid) {
  const file = `/proc/${pid}/smaps_rollup`;
  return field(file, 'Private_Clean') + field(file, 'Private_Dirty');
}

/** Every thread counts: how often it gave up the processor to wait. */
function wakeUps(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce(
    (sum, thread) => sum + field(`/proc/${pid}/task/${thread}/status`, 'voluntary_ctxt_switches'),
    0,
  );
}

function field(file, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
}
