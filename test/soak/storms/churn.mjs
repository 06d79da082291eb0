// An hour of what happens in a year: deaths, edits, new and removed files, HUPs, questions. What counts is the slope of the
// daemon's memory.
import { writeFileSync } from 'node:fs';
import { read, rssMiB } from '../harness/census.mjs';
import { slopePerHour } from '../harness/slope.mjs';
import { forSeconds } from '../harness/time.mjs';

const WEIGHTS = { kill: 40, edit: 30, make: 10, remove: 10, ask: 10, hup: 1 };
const KINDS = ['bare', 'pid', 'bare', 'full'];
const SAMPLE_MS = 2000;
/** The first part is the heap's own way to its size. */
const SKIPPED = 1 / 3;
/** In all that time. Less, and what is within twice its own uncertainty, is a wave of garbage. */
const MOST_GROWTH_MIB = 2;
const GC_LOG = '/tmp/gc';
/** What lives after a full collection, of the main thread: the isolate that is told of first. */
const FULL = /^\[\d+:(\S+)\]\s+(\d+) ms: Mark-Compact.*? -> ([\d.]+) \(/gm;

export async function run(storm) {
  const { size, random, vassals } = storm;
  const names = Array.from({ length: size.vassals }, (_, n) => `v${n}`);
  for (const [n, name] of names.entries()) vassals.put(name, KINDS[n % KINDS.length]);
  writeFileSync(GC_LOG, '');
  await storm.begin({ gcLog: GC_LOG });
  const samples = [];
  const sample = () => samples.push([performance.now() / 3_600_000, rssMiB(storm.daemon.pid)]);
  const timer = setInterval(sample, SAMPLE_MS);
  let pids = [];
  const acts = {
    kill: () => pids.length > 0 && kill(random.of(pids)),
    edit: () => vassals.put(random.of(vassals.names)),
    make: () => vassals.put(random.of(names), random.of(KINDS)),
    remove: () => vassals.names.length > names.length / 2 && vassals.remove(random.of(vassals.names)),
    ask: async () => {
      pids = ((await storm.ask()) ?? []).map((view) => view.pid).filter((pid) => pid > 0);
    },
    hup: () => storm.daemon.kill('SIGHUP'),
  };
  const count = await forSeconds(size.seconds, size.perSecond, () => acts[random.weighted(WEIGHTS)]());
  clearInterval(timer);
  const kept = samples.slice(Math.floor(samples.length * SKIPPED));
  const { slope, error } = slopePerHour(kept);
  const hours = kept.at(-1)[0] - kept[0][0];
  const live = liveHeap();
  const all = kept.map(([, y]) => y);
  storm.figures = {
    ...storm.figures,
    acts: count,
    'RSS slope, MiB/h': `${slope.toFixed(2)} ± ${(2 * error).toFixed(2)}`,
    'RSS least and most, MiB': `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}`,
    'live heap after full collections, MiB': live.map((each) => each.toFixed(1)).join(' '),
  };
  if ((slope - 2 * error) * hours > MOST_GROWTH_MIB)
    storm.fault(`resident memory grows by ${slope.toFixed(2)} MiB an hour`);
  for (const [n, name] of names.entries()) vassals.put(name, KINDS[n % KINDS.length]);
  await storm.end();
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself since we were told of it.
  }
}

/** At most ten of them, evenly spread. */
function liveHeap() {
  const all = [...read(GC_LOG).matchAll(FULL)];
  const main = all.filter(([, isolate]) => isolate === all[0][1]).map(([, , , mib]) => Number(mib));
  const step = Math.max(1, Math.ceil(main.length / 10));
  return main.filter((_, n) => n % step === 0 || n === main.length - 1);
}
