// The group of the daemon and all that is its has no process left to give while vassals die and are edited: who runs goes
// on, and when there are some again everything comes up.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pidsMaxOf } from '../harness/limits.mjs';
import { forSeconds, poll } from '../harness/time.mjs';

/** It is told once the daemon has come to what was last asked of it. */
const TOLD_MS = 60_000;
const MORE = 6;

export async function run(storm) {
  const { size, random, vassals } = storm;
  for (let n = 0; n < size.vassals; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'pid' : 'bare');
  await storm.begin();
  const file = pidsMaxOf(storm.world);
  let refused = 0;
  for (let round = 0; round < size.rounds; round++) {
    const now = Number(readFileSync(join(dirname(file), 'pids.current'), 'utf8'));
    writeFileSync(file, String(now - 2));
    for (let n = 0; n < MORE; n++) vassals.put(`more${n}`, 'pid');
    await forSeconds(size.roundSeconds, 10, async (n) => {
      if (n % 5 === 0) refused += (await storm.ask()) === undefined ? 1 : 0;
      vassals.put(`v${random.below(size.vassals)}`);
    });
    await poll(() => /EAGAIN/.test(storm.daemon.log), TOLD_MS);
    writeFileSync(file, 'max');
    await storm.right(`round ${round}`);
    for (const name of vassals.names.filter((name) => name.startsWith('more'))) vassals.remove(name);
    await storm.right(`round ${round}`);
  }
  storm.figures = { ...storm.figures, rounds: size.rounds };
  if (refused > 0) storm.fault(`${refused} times there was no answer`);
  if (!/EAGAIN/.test(storm.daemon.log)) storm.fault('the daemon never said that it is out of processes');
  await storm.end();
}
