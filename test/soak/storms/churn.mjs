// An hour of what happens in a year: deaths, edits, new and removed files, HUPs, questions. What counts is the slope of the
// daemon's memory.
import { rssMiB } from '../harness/census.mjs';
import { slopePerHour } from '../harness/slope.mjs';
import { forSeconds } from '../harness/time.mjs';

const WEIGHTS = { kill: 40, edit: 30, make: 10, remove: 10, ask: 10, hup: 1 };
const KINDS = ['bare', 'pid', 'bare', 'full'];
const SAMPLE_MS = 2000;
/** The first part is the heap's own way to its size. */
const SKIPPED = 1 / 3;
/** What is within twice its own uncertainty of this is no growth that an hour can show. */
const MOST_MIB_PER_HOUR = 2;

export async function run(storm) {
  const { size, random, vassals } = storm;
  const names = Array.from({ length: size.vassals }, (_, n) => `v${n}`);
  for (const [n, name] of names.entries()) vassals.put(name, KINDS[n % KINDS.length]);
  await storm.begin();
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
  storm.figures = {
    ...storm.figures,
    acts: count,
    'RSS slope, MiB/h': `${slope.toFixed(2)} ± ${(2 * error).toFixed(2)}`,
    'RSS least and most, MiB': `${Math.min(...kept.map(([, y]) => y)).toFixed(1)} to ${Math.max(...kept.map(([, y]) => y)).toFixed(1)}`,
  };
  if (slope - 2 * error > MOST_MIB_PER_HOUR)
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
