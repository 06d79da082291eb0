// The storm itself, in its world: `inside.mjs NAME SEED SIZE`. Its result is JSON on stdout.
import { readFileSync, writeFileSync } from 'node:fs';
import { Storm } from './storm.mjs';

const LOG = '/tmp/log';
const TOLD_LINES = 40;

const [name, seed, size] = process.argv.slice(2);
const world = { log: LOG, groups: process.env.SOAK_GROUPS.split(' ') };
writeFileSync(LOG, '');
const { run } = await import(`../storms/${name}.mjs`);
const storm = new Storm(world, JSON.parse(size), Number(seed));
const begun = performance.now();
try {
  await run(storm);
} catch (error) {
  storm.fault(error.stack);
}
if (storm.faults.length > 0) {
  const log = readFileSync(LOG, 'utf8').trimEnd().split('\n');
  process.stderr.write(`-- the end of the daemon's log\n${log.slice(-TOLD_LINES).join('\n')}\n`);
}
const result = {
  name,
  seed: Number(seed),
  seconds: Math.round((performance.now() - begun) / 1000),
  figures: storm.figures,
  faults: storm.faults,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
