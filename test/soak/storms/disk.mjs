// The disk is full on which the daemon keeps its records and state, on which vassals log, and on which their files are
// edited, half of which get lost: the daemon goes on, and when there is room again everything is as the files ask.
import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from '../harness/census.mjs';
import { forSeconds, poll } from '../harness/time.mjs';
import { Vassals } from '../harness/vassals.mjs';

const DISK = '/tmp/disk';
const SIZE = '1m';
const LOGS_AGAIN_MS = 30_000;
const STATE = join(DISK, 'state');
const FILL = join(DISK, 'fill');
const PRINTER = 'sh -c "while :; do echo a line that is printed; sleep 0.05; done"';
const LOG = join(DISK, 'logged.log');

export async function run(storm) {
  const { size, random } = storm;
  mkdirSync(DISK);
  mount('-t', 'tmpfs', '-o', `size=${SIZE},nr_inodes=1000`, 'disk', DISK);
  mkdirSync(STATE);
  storm.vassals = new Vassals(join(DISK, 'vassals'), join(DISK, 'beside'));
  const { vassals } = storm;
  for (let n = 0; n < size.vassals; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'pid' : 'bare');
  writeFileSync(join(STATE, 'disabled'), '');
  await storm.begin({ control: join(DISK, 'control.sock'), state: STATE });
  vassals.put('logged', 'pid', { command: PRINTER, lines: [`log = file:${LOG}`] });
  await storm.right('a vassal with a log there');
  let lost = 0;
  let unanswered = 0;
  for (let round = 0; round < size.rounds; round++) {
    fill();
    await forSeconds(size.roundSeconds, 10, async (n) => {
      const name = `v${random.below(size.vassals)}`;
      lost += tryTo(() => (n % 2 === 0 ? vassals.put(name) : vassals.overwrite(name))) ? 0 : 1;
      if (n % 5 === 0) unanswered += (await storm.ask()) === undefined ? 1 : 0;
      if (n % 5 === 1) await storm.daemon.act(random.of(['disable', 'enable']), 'v0');
    });
    unlinkSync(FILL);
    truncateSync(LOG);
    for (let n = 0; n < size.vassals; n++) vassals.put(`v${n}`);
    await storm.daemon.act('enable', 'v0');
    await storm.daemon.act('start', 'v0');
    await storm.right(`round ${round}`);
    if (!(await poll(() => read(LOG).includes('a line'), LOGS_AGAIN_MS)))
      storm.fault('nothing is logged any more');
  }
  storm.figures = { ...storm.figures, rounds: size.rounds, 'edits lost': lost };
  vassals.remove('logged');
  await storm.right('the rounds');
  unlinkSync(LOG);
  if (unanswered > 0) storm.fault(`${unanswered} times there was no answer`);
  if (lost === 0) storm.fault('the disk was not full');
  await storm.end();
}

/** To the last byte. */
function fill() {
  spawnSync('dd', ['if=/dev/zero', `of=${FILL}`, 'bs=4096']);
}

function tryTo(act) {
  try {
    act();
    return true;
  } catch (error) {
    if (error.code === 'ENOSPC') return false;
    throw error;
  }
}

function mount(...words) {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}
