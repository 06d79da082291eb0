// How many cases the tests by property try: a few in the ring of every day, many in `npm run fuzz` (TSJAIL_FUZZ_RUNS: so many
// times as many). A case that fails is told with its seed.
import { expect } from 'vitest';

const FACTOR = Number(process.env.TSJAIL_FUZZ_RUNS ?? 1);
/** Of a processor: no input of a few KiB may take more. The machine may have others to serve. */
const SLOW_MS = 2000;

export function runs(few: number): { readonly numRuns: number } {
  return { numRuns: Math.max(1, Math.round(few * FACTOR)) };
}

/** Of a test that makes so many. */
export const PATIENCE_MS = 30_000 + 60_000 * FACTOR;

/** In its time, or the case fails. */
export function inTime<T>(work: () => T): T {
  const begun = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000, 'milliseconds of one case').toBeLessThan(SLOW_MS);
  return result;
}
