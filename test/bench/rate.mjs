// Jails a second, with several in set-up at once: the raw C launcher as so many processes, tsjail's engine with so many on their way.

import { median } from './numbers.mjs';
import { Stopwatch } from './peers.mjs';

const AT_ONCE = [1, 2, 4];
const LAUNCHES = 120;
const ROUNDS = 3;

/** `{ atOnce, raw, ours }` of jails a second (medians of rounds that take turns). */
export async function rates({ raw, mark, init, jail }) {
  const { Launcher } = await import(jail);
  const results = [];
  for (const atOnce of AT_ONCE) {
    const rounds = { raw: [], ours: [] };
    for (let round = 0; round < ROUNDS; round++) {
      rounds.raw.push(await rawRate([raw, 'exec', '-', mark, init], atOnce));
      rounds.ours.push(await ourRate(new Launcher(mark), atOnce));
    }
    results.push({ atOnce, raw: median(rounds.raw), ours: median(rounds.ours) });
  }
  return results;
}

async function rawRate(words, atOnce) {
  const stopwatches = Array.from({ length: atOnce }, () => new Stopwatch(words));
  // The process is there, and its init sealed.
  await Promise.all(stopwatches.map((stopwatch) => stopwatch.once()));
  const rate = await rateOf(stopwatches.map((stopwatch) => () => stopwatch.once()));
  for (const stopwatch of stopwatches) stopwatch.close();
  return rate;
}

async function ourRate(launcher, atOnce) {
  await launcher.once();
  const rate = await rateOf(Array.from({ length: atOnce }, () => () => launcher.once()));
  await launcher.close();
  return rate;
}

/** Each of `lanes` launches as soon as it is done with the one before. */
async function rateOf(lanes) {
  let left = LAUNCHES;
  const begun = performance.now();
  await Promise.all(
    lanes.map(async (once) => {
      while (left-- > 0) await once();
    }),
  );
  return (LAUNCHES * 1000) / (performance.now() - begun);
}
