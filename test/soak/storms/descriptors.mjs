// The daemon has no descriptor left while its vassals die and are edited: who can run goes on, and when there are some
// again everything comes up.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { forSeconds, poll } from '../harness/time.mjs';

const SPARE = 4;
const MORE = 6;
/** Soft limit of a daemon: what it has itself raised it to is in its own limits. */
const nofile = (pid) =>
  spawnSync('prlimit', ['--pid', String(pid), '--nofile', '--raw', '--noheadings', '--output=SOFT'], {
    encoding: 'utf8',
  }).stdout.trim();

/** It is told once the daemon has come to what was last asked of it. */
const TOLD_MS = 60_000;

export async function run(storm) {
  const { size, random, vassals } = storm;
  for (let n = 0; n < size.vassals; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'pid' : 'bare');
  await storm.begin();
  const { pid } = storm.daemon;
  const before = nofile(pid);
  let answers = 0;
  let asked = 0;
  for (let round = 0; round < size.rounds; round++) {
    limit(pid, readdirSync(`/proc/${pid}/fd`).length + SPARE);
    // More than the spare ones are enough for, however slow the machine is.
    for (let n = 0; n < MORE; n++) vassals.put(`more${n}`, 'pid');
    await forSeconds(size.roundSeconds, 10, async (n) => {
      if (n % 5 === 0) {
        asked += 1;
        answers += (await storm.ask()) === undefined ? 0 : 1;
      }
      vassals.put(`v${random.below(size.vassals)}`);
    });
    await poll(() => /EMFILE/.test(storm.daemon.log), TOLD_MS);
    limit(pid, before);
    await storm.right(`round ${round}`);
    for (const name of vassals.names.filter((name) => name.startsWith('more'))) vassals.remove(name);
    await storm.right(`round ${round}`);
  }
  storm.figures = { ...storm.figures, rounds: size.rounds, answers: `${answers} of ${asked}` };
  if (!/EMFILE/.test(storm.daemon.log)) storm.fault('the daemon never said that it is out of descriptors');
  await storm.end();
}

function limit(pid, soft) {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
