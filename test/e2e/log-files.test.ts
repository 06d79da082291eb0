// Log files of vassals under real daemons: put aside, moved away, opened as their owner, and nothing lost by it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, startEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
/** Counts up to `count`, which is at most what may wait to be written, with a pause now and then. */
const counting = (count: number) =>
  `command = sh -c "i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo $i some text that is the same in every line; [ $((i%%100)) = 0 ] && sleep 0.02; done; echo end"`;

/** The numbers that were counted, in the order of the files. */
function numbers(...files: readonly string[]): number[] {
  const lines = files.map(read).join('').split('\n');
  return lines
    .flatMap((line) => /^(\d+) some text that is the same in every line$/.exec(line)?.[1] ?? [])
    .map(Number);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('put aside by size, while it is printed to: each line once, whole, in its order', async () => {
  const directory = tempDirectory();
  const file = join(directory, 'a.log');
  const daemon = await emperor({
    files: {
      'a.ini': vassal(
        counting(3000),
        `log = file:${file}`,
        'log-max-size = 8K',
        'log-keep = 1000',
        'restart = never',
      ),
    },
  });
  await daemon.until('a', (view) => view?.state === 'exited');
  await until('what was said at its end', () => /tsjail: exited with code 0/.test(read(file)));
  const files = Array.from({ length: 40 }, (_, index) => `${file}.${40 - index}`).filter(existsSync);
  expect(files.length).toBeGreaterThan(10);
  expect(numbers(...files, file)).toEqual(upTo(3000));
  for (const each of files) expect(statSync(each).size).toBeLessThanOrEqual(8192);
  expect(daemon.output).not.toMatch(/missing|put aside/);
});

test('moved away and SIGUSR1, again and again: no line is lost, of vassals nor of the daemon', async () => {
  const directory = tempDirectory();
  const [file, own] = [join(directory, 'a.log'), join(directory, 'own.log')];
  const daemon = startEmperor({
    args: ['--log-file', own],
    files: {
      'a.ini': vassal(counting(4000), `log = file:${file}`, 'restart = never'),
      'b.ini': vassal(counting(4000), 'restart = never'),
    },
  });
  const last = (path: string) => /\bend\n/.test(read(path));
  let moved = 0;
  await until('the beginning of both', () => /^5 /m.test(read(file)) && /^b \| 5 /m.test(read(own)));
  while (!(last(file) && last(own))) {
    moved++;
    for (const path of [file, own]) if (existsSync(path)) renameSync(path, `${path}.moved${moved}`);
    daemon.child.kill('SIGUSR1');
    await until('new files', () => (existsSync(file) && existsSync(own)) || everEnded([file, own], moved));
    if (everEnded([file, own], moved)) break;
  }
  const all = (path: string) => [
    ...Array.from({ length: moved }, (_, index) => `${path}.moved${index + 1}`),
    path,
  ];
  await until('the end of both', () => everEnded([file, own], moved));
  expect(moved).toBeGreaterThan(2);
  expect(numbers(...all(file))).toEqual(upTo(4000));
  const ownLines = all(own)
    .map(read)
    .join('')
    .match(/^b \| \d+ some text that is the same in every line$/gm);
  expect(ownLines?.map((line) => Number(line.split(' ')[2]))).toEqual(upTo(4000));
}, 60_000);

/** Was the last line of each written, to whichever file? */
function everEnded(paths: readonly string[], moved: number): boolean {
  return paths.every((path) =>
    [path, ...Array.from({ length: moved }, (_, index) => `${path}.moved${index + 1}`)].some((each) =>
      /\bend\n/.test(read(each)),
    ),
  );
}

test('a FIFO as a log file is refused, and nothing waits for it', async () => {
  const directory = tempDirectory();
  execFileSync('mkfifo', [join(directory, 'fifo')]);
  const daemon = await emperor({
    files: {
      'a.ini': vassal('command = sh -c "echo one; exec sleep 1000"', `log = file:${join(directory, 'fifo')}`),
    },
  });
  await daemon.said(/warn +a: log file .*fifo: a FIFO, not a regular file/);
  expect(await daemon.logs('a')).toContain('one');
  expect((await daemon.view('a'))?.state).toBe('running');
});

test('a flood beyond the limit is dropped, told of and counted', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal('command = yes', 'log-rate-limit = 100/300ms') },
  });
  await until('what it cost', async () =>
    (await daemon.logs('a')).some((text) =>
      /^\d{3,} lines were dropped here \(log-rate-limit = 100\/300ms\)$/.test(text),
    ),
  );
});

test('what a hook prints, and what keeps a jail from starting, is in the file of the vassal', async () => {
  const file = join(tempDirectory(), 'a.log');
  const daemon = await emperor({
    files: {
      'a.ini': vassal(
        'command = true',
        `log = file:${file}`,
        'restart = never',
        'exec-as-vassal = echo hello of a hook',
        'exec-as-vassal = exit 3',
      ),
    },
  });
  await daemon.until('a', (view) => view?.lastExit?.reason === 'setup');
  await until('both', () => /hello of a hook\n(.*\n)*tsjail: .*a\.ini:6:1: .*exit 3/.test(read(file)));
});

describeRoot('the log file of a tenant', () => {
  const ID = 12_001;

  test('is put aside with his rights, its mode kept, and led nowhere else by his links', async () => {
    const directory = tempDirectory();
    const his = join(directory, 'his');
    mkdirSync(his);
    for (const path of [directory, his]) chownSync(path, ID, ID);
    const file = join(his, 'a.log');
    writeFileSync(file, '');
    chownSync(file, ID, ID);
    chmodSync(file, 0o600);
    const precious = join(tempDirectory(), 'precious');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, `${file}.1`);
    const daemon = await emperor({ args: ['--emperor-tyrant'] });
    const text = vassal(
      counting(500),
      `log = file:${file}`,
      'log-max-size = 8K',
      'log-keep = 9',
      'restart = never',
    );
    const beside = join(daemon.root, 'a.ini');
    writeFileSync(beside, text);
    chownSync(beside, ID, ID);
    daemon.rename(beside, 'a.ini');
    await daemon.until('a', (view) => view?.state === 'exited');
    const files = () => Array.from({ length: 9 }, (_, index) => `${file}.${9 - index}`).filter(existsSync);
    await until('its end', () => read(file).endsWith('after') || /tsjail: exited/.test(read(file)));
    expect(numbers(...files().filter((each) => read(each) !== 'precious'), file)).toEqual(upTo(500));
    for (const each of [file, `${file}.1`])
      expect(statSync(each)).toMatchObject({ uid: ID, gid: ID, mode: 0o100600 });
    expect(read(precious)).toBe('precious');
    expect(daemon.output).not.toMatch(/put aside|missing/);
  });

  test('what he has no right to he does not get by a rotation', async () => {
    const directory = tempDirectory();
    chmodSync(directory, 0o755);
    const file = join(directory, 'a.log');
    writeFileSync(file, '');
    chownSync(file, ID, ID);
    const daemon = await emperor({ args: ['--emperor-tyrant'] });
    const beside = join(daemon.root, 'a.ini');
    writeFileSync(
      beside,
      vassal(counting(500), `log = file:${file}`, 'log-max-size = 8K', 'restart = never'),
    );
    chownSync(beside, ID, ID);
    daemon.rename(beside, 'a.ini');
    await daemon.said(/a: log file .* cannot be put aside, it grows on: EACCES/);
    await daemon.until('a', (view) => view?.state === 'exited');
    await until('all of it', () => /tsjail: exited/.test(read(file)));
    expect(numbers(file)).toEqual(upTo(500));
    expect(existsSync(`${file}.1`)).toBe(false);
  });
});
