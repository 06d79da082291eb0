// Vassals that print as fast as they can: lines, one endless line, noise, into the daemon's log and into files that are
// rotated. The daemon answers, its memory stays, files keep to their size.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { forSeconds } from '../harness/time.mjs';

const LOGS = '/tmp/logs';
const MAX_SIZE = 1024 * 1024;
const FLOODS = {
  lines: { command: 'yes a line of some length that is printed again and again', lines: [] },
  endless: { command: 'cat /dev/zero', lines: [] },
  noise: { command: 'cat /dev/urandom', lines: [] },
  limited: { command: 'yes', lines: ['log-rate-limit = 1000/1s'] },
  file: { command: 'yes', lines: [`log = file:${LOGS}/file.log`, 'log-max-size = 1M', 'log-keep = 2'] },
  'noise-file': {
    command: 'cat /dev/urandom',
    lines: [`log = file:${LOGS}/noise.log`, 'log-max-size = 1M', 'log-keep = 2'],
  },
};
/** More than there are floods: where most files go at once, the daemon waits before it believes it. */
const OTHERS = 8;
/** One buffer of what a pipe holds may be over. */
const SLACK = 256 * 1024;

export async function run(storm) {
  const { size, vassals } = storm;
  for (let n = 0; n < OTHERS; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'full' : 'bare');
  await storm.begin();
  mkdirSync(LOGS);
  for (const [name, { command, lines }] of Object.entries(FLOODS))
    vassals.put(name, 'pid', { command, lines: ['prio = 19', ...lines] });
  await storm.right('the begin of the floods');
  let largest = 0;
  await forSeconds(size.seconds, 4, async () => {
    if ((await storm.ask()) === undefined) storm.fault('no answer during the flood');
    const sizes = readdirSync(LOGS).map(
      (name) => statSync(join(LOGS, name), { throwIfNoEntry: false })?.size ?? 0,
    );
    largest = Math.max(largest, ...sizes);
  });
  const { length: files } = readdirSync(LOGS);
  storm.figures = {
    ...storm.figures,
    floods: Object.keys(FLOODS).length,
    'largest file, KiB': Math.round(largest / 1024),
  };
  if (largest > MAX_SIZE + SLACK) storm.fault(`a log of ${MAX_SIZE} bytes at most has ${largest}`);
  if (files > 6) storm.fault(`${files} files of two logs that keep two`);
  for (const name of Object.keys(FLOODS)) vassals.remove(name);
  await storm.right('the floods');
  rmSync(LOGS, { recursive: true });
  await storm.end();
}
