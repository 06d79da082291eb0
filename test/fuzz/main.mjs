// `npm run fuzz [-- SECONDS]`: the C++ by libFuzzer, then the tests by property with many cases. SECONDS are of processors, for
// the C++; the tests take about as long.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_SECONDS = 600;
/** What the tests take with the few cases of every day. */
const RING_SECONDS = 30;

const words = process.argv.slice(2);
const seconds = Number(words.find((word) => /^\d+$/.test(word)) ?? DEFAULT_SECONDS);
const node = (/** @type {string[]} */ args, env = {}) =>
  spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
    .status ?? 1;

const cxx = node([
  join(ROOT, 'test/fuzz/run.mjs'),
  String(seconds),
  ...words.filter((word) => word === '--keep'),
]);
const factor = String(Math.max(1, seconds / RING_SECONDS));
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
const tests = node([vitest, 'run', '--configLoader', 'runner', 'test/unit/fuzz'], {
  TSJAIL_FUZZ_RUNS: factor,
});
process.exitCode = cxx || tests;
