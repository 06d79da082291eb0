// `npm run bench:short`: fails when a launch costs more than its share of what the same kernel calls cost from C in the same run.
// Ratios only: what a machine can do in a millisecond is its own affair.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLauncher, buildPrograms } from './build.mjs';
import { launches, medianMs, ratioOf } from './launch.mjs';

const ROUNDS = 80;
const PAUSE_MS = 10;
/** The goal; what other programs do meanwhile falls on both alike. */
const MOST = 1.5;

if (process.getuid() !== 0) throw new Error('needs root: sudo npm run bench:short');
const directory = mkdtempSync(join(tmpdir(), 'tsjail-bench-'));
try {
  const programs = { ...buildPrograms(directory), jail: await buildLauncher() };
  const runners = await launches(programs, directory, {
    rounds: ROUNDS,
    pauseMs: PAUSE_MS,
    withPeers: false,
  });
  const failed = runners.find(({ error }) => error);
  if (failed) throw new Error(`${failed.name}: ${failed.error}`);
  const ratio = ratioOf(runners);
  const [ours, raw] = runners.map((runner) => `${runner.name} ${medianMs(runner).toFixed(2)} ms`);
  process.stdout.write(
    `full jail, start to exec’d: ${ours}, ${raw}: ${ratio.toFixed(2)} × (at most ${MOST})\n`,
  );
  if (ratio > MOST) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
