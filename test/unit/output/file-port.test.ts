// Log files that are put aside: every line is there, whole and once, whatever happens meanwhile.
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedWriter } from '../../../src/output/bounded-writer.ts';
import { filePort, PATIENCE_MS } from '../../../src/output/file-port.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

function logTo(path: string, { maxSize = 100, keep = 3 } = {}) {
  const troubles: string[] = [];
  let now = 0;
  const trouble = (text: string) => void troubles.push(text);
  const port = filePort({ path, maxSize, keep, trouble, now: () => now });
  const writer = new BoundedWriter({ port, gap: (count) => `${count} missing\n`, trouble });
  const say = async (text: string) => {
    writer.write(text);
    await writer.drained();
  };
  return {
    say,
    writer,
    troubles,
    later: (ms: number) => {
      now += ms;
    },
  };
}

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const line = (letter: string, size: number) => `${letter.repeat(size - 1)}\n`;

test('a file that would grow too large is put aside, and so many are kept', async () => {
  const path = join(tempDirectory(), 'a.log');
  const { say, troubles } = logTo(path, { keep: 2 });
  for (const letter of 'abcd') await say(line(letter, 60));
  expect([read(path), read(`${path}.1`), read(`${path}.2`), read(`${path}.3`)]).toEqual([
    line('d', 60),
    line('c', 60),
    line('b', 60),
    '',
  ]);
  expect(troubles).toEqual([]);
});

test('none is kept where none is to be', async () => {
  const directory = tempDirectory();
  const { say } = logTo(join(directory, 'a.log'), { keep: 0 });
  for (const letter of 'ab') await say(line(letter, 60));
  expect(readdirSync(directory)).toEqual(['a.log']);
  expect(read(join(directory, 'a.log'))).toBe(line('b', 60));
});

test('what is there already counts; it is cut between lines, and a long line has a file to itself', async () => {
  const path = join(tempDirectory(), 'a.log');
  writeFileSync(path, line('x', 50));
  const { say } = logTo(path);
  await say(line('a', 40) + line('b', 40) + line('c', 200) + line('d', 10));
  expect([3, 2, 1].map((number) => read(`${path}.${number}`))).toEqual([
    line('x', 50) + line('a', 40),
    line('b', 40),
    line('c', 200),
  ]);
  expect(read(path)).toBe(line('d', 10));
});

test('mode and owner are kept, and no hole between numbers is filled', async () => {
  const path = join(tempDirectory(), 'a.log');
  writeFileSync(path, line('x', 90));
  chmodSync(path, 0o604);
  writeFileSync(`${path}.2`, 'two');
  const { say } = logTo(path);
  await say(line('a', 40));
  expect(statSync(path).mode & 0o777).toBe(0o604);
  expect(read(`${path}.2`)).toBe('two');
  await say(line('b', 70));
  expect([read(`${path}.1`), read(`${path}.2`), read(`${path}.3`)]).toEqual([
    line('a', 40),
    line('x', 90),
    'two',
  ]);
});

test('what is in the way is told once, nothing is lost, and it is tried again', async () => {
  const path = join(tempDirectory(), 'a.log');
  mkdirSync(`${path}.1`);
  const { say, troubles, later } = logTo(path, { keep: 1 });
  for (const letter of 'abc') await say(line(letter, 60));
  expect(read(path)).toBe(line('a', 60) + line('b', 60) + line('c', 60));
  expect(troubles).toEqual([expect.stringMatching(/^cannot be put aside, it grows on: EISDIR/)]);
  renameSync(`${path}.1`, `${path}.old`);
  later(PATIENCE_MS);
  await say(line('d', 60));
  expect([read(path), troubles[1]]).toEqual([line('d', 60), 'is put aside again']);
});

test('a file that logrotate moved, and has not told of yet, is left to it', async () => {
  const path = join(tempDirectory(), 'a.log');
  const { say } = logTo(path);
  await say(line('a', 60));
  renameSync(path, `${path}.moved`);
  await say(line('b', 60));
  expect([read(`${path}.moved`), read(path), existsSync(`${path}.1`)]).toEqual([
    line('a', 60),
    line('b', 60),
    false,
  ]);
});

test('a file that was cut (copytruncate) is not taken for full', async () => {
  const path = join(tempDirectory(), 'a.log');
  const { say } = logTo(path);
  await say(line('a', 60));
  truncateSync(path);
  await say(line('b', 60));
  expect([read(path), existsSync(`${path}.1`)]).toEqual([line('b', 60), false]);
});

test('a link on the way is followed only where root or we have made it', async () => {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'real'));
  symlinkSync('real', join(directory, 'link'));
  const { say, troubles } = logTo(join(directory, 'link', 'a.log'));
  await say('one\n');
  expect([read(join(directory, 'real', 'a.log')), troubles]).toEqual(['one\n', []]);
  chmodSync(directory, 0o777);
  const other = logTo(join(directory, 'link', 'b.log'));
  await other.say('one\n');
  expect(other.troubles[0]).toMatch(/^link on the way there is a link that others may change/);
});

test('a second name of a file is not written to where others may write', async () => {
  const directory = tempDirectory();
  const path = join(directory, 'a.log');
  writeFileSync(join(directory, 'precious'), '');
  linkSync(join(directory, 'precious'), path);
  chmodSync(directory, 0o777);
  const { say, troubles } = logTo(path);
  await say('one\n');
  expect(troubles).toEqual([expect.stringContaining('hard link')]);
  expect(read(join(directory, 'precious'))).toBe('');
});

test('no directory is made, and the complaint names it', async () => {
  const directory = join(tempDirectory(), 'nothing');
  const { say, troubles } = logTo(join(directory, 'a.log'));
  await say('one\n');
  expect(troubles[0]).toMatch(/^ENOENT/);
  expect(troubles[0]).toContain(directory);
  expect(troubles[0]).not.toContain('/proc/');
});

test('no line is lost, torn or twice, however they come and whenever it is opened anew', async () => {
  const one = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 8 }),
    reopen: fc.boolean(),
    wait: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 12 }), async (turns) => {
      const path = join(tempDirectory(), 'a.log');
      const { writer } = logTo(path, { keep: 1000 });
      let number = 0;
      for (const { sizes, reopen, wait } of turns) {
        writer.write(sizes.map((size) => `${number++} ${'x'.repeat(size)}\n`).join(''));
        if (reopen) writer.reopen();
        if (wait) await writer.drained();
      }
      await writer.drained();
      const files = Array.from({ length: 200 }, (_, index) => read(`${path}.${200 - index}`));
      const lines = `${files.join('')}${read(path)}`.split('\n').slice(0, -1);
      expect(lines.map((text) => Number(/^(\d+) x+$/.exec(text)?.[1]))).toEqual(
        Array.from({ length: number }, (_, index) => index),
      );
      for (const text of files) expect(text === '' || text.endsWith('\n')).toBe(true);
    }),
    { numRuns: 60 },
  );
});
