import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDaemonLog } from '../../../src/output/daemon-log.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const text = { format: 'text', journalStream: undefined } as const;

test('a line has time, level, vassal and message, and is one line', async () => {
  const file = join(tempDirectory(), 'log');
  const log = await openDaemonLog({ ...text, file });
  log.info('governing');
  log.warn('exited with\ncode 3\x1b[2J', 'web');
  log.error('bad', '');
  const lines = readFileSync(file, 'utf8').split('\n');
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info {2}governing$/);
  expect(lines[1]).toMatch(/Z warn {2}web: exited with\\ncode 3\\x1b\[2J$/);
  expect(lines[2]).toMatch(/Z error bad$/);
});

test('the lines of a vassal carry its name', async () => {
  const file = join(tempDirectory(), 'log');
  const log = await openDaemonLog({ ...text, file });
  log.vassal('web', Buffer.from('one\n\ntwo\n'), 3, '');
  log.vassal('wéb$&', Buffer.from('漢\n'), 1, 'now ');
  expect(readFileSync(file, 'utf8')).toBe('web | one\nweb | \nweb | two\nwéb$& | now 漢\n');
});

test('as JSON every line is an object', async () => {
  const file = join(tempDirectory(), 'log');
  const log = await openDaemonLog({ format: 'json', file, journalStream: undefined });
  log.warn('exited', 'web');
  log.vassal('web', Buffer.from('one\ntwo "quoted"\n'), 2, '');
  const objects = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects).toMatchObject([
    { level: 40, vassal: 'web', msg: 'exited' },
    { level: 30, vassal: 'web', stream: 'out', msg: 'one' },
    { level: 30, vassal: 'web', stream: 'out', msg: 'two "quoted"' },
  ]);
  for (const { time } of objects) expect(time).toBeGreaterThan(1e12);
});

test('reopen goes on in a new file', async () => {
  const file = join(tempDirectory(), 'log');
  const log = await openDaemonLog({ ...text, file });
  log.info('one');
  renameSync(file, `${file}.1`);
  log.info('two');
  log.reopen();
  log.info('three');
  expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/one\n.*two\n$/);
  expect(readFileSync(file, 'utf8')).toMatch(/^\S+ info {2}three\n$/);
});

test('a full disk harms nobody', async () => {
  const log = await openDaemonLog({ ...text, file: '/dev/full' });
  for (let line = 0; line < 1000; line++) log.info('still here');
});
