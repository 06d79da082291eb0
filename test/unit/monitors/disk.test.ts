// What the addon says of files, compared with what Node says of them.
import { execFileSync } from 'node:child_process';
import {
  type BigIntStats,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Batch } from '../../../src/monitors/batch.ts';
import type { FileStats } from '../../../src/monitors/disk.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { asNobody } from './nobody.ts';
import { disk } from './recorder.ts';

const COUNTS = ['uid', 'gid', 'dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const;
const KINDS = ['isFile', 'isDirectory', 'isSymbolicLink'] as const;

function facts(stats: FileStats | BigIntStats) {
  return [...COUNTS.map((name) => stats[name]), ...KINDS.map((name) => stats[name]())];
}

function lstats(path: string) {
  return facts(lstatSync(path, { bigint: true }));
}

function found(answer: Awaited<ReturnType<typeof disk.look>>) {
  return [answer.entry, answer.target].map((each) => ('code' in each ? each.message : facts(each)));
}

describe('what stands at a path', () => {
  test('is what lstat(2) and stat(2) say, also before 1970', async () => {
    const directory = tempDirectory();
    const at = (name: string) => join(directory, name);
    writeFileSync(at('plain'), 'x'.repeat(1234));
    utimesSync(at('plain'), -1.5, -1.5);
    mkdirSync(at('directory'));
    symlinkSync('plain', at('link'));
    symlinkSync('nowhere', at('dangling'));
    const absent = 'ENOENT: no such file or directory';
    const answers = ['plain', 'directory', 'link', 'dangling', 'none', 'plain/below', 'plain\0'];
    expect((await Promise.all(answers.map((name) => disk.look(at(name))))).map(found)).toEqual([
      [lstats(at('plain')), lstats(at('plain'))],
      [lstats(at('directory')), lstats(at('directory'))],
      [lstats(at('link')), facts(statSync(at('link'), { bigint: true }))],
      [lstats(at('dangling')), absent],
      [absent, absent],
      ['ENOTDIR: not a directory', 'ENOTDIR: not a directory'],
      [absent, absent],
    ]);
  });
});

describe('a copy', () => {
  test('has the bytes of its own file, however many are asked for at once', async () => {
    const directory = tempDirectory();
    const paths = Array.from({ length: 100 }, (_, index) => join(directory, String(index)));
    const textOf = (index: number) => `${index} é `.repeat(index * 7 + 1);
    for (const [index, path] of paths.entries()) if (index % 5 !== 3) writeFileSync(path, textOf(index));
    const copies = await Promise.all(paths.map((path) => disk.read(path, false)));
    for (const [index, { opened, failed, lease, bytes, before, after }] of copies.entries()) {
      if (index % 5 === 3) {
        expect([opened?.code, bytes.length]).toEqual(['ENOENT', 0]);
        continue;
      }
      expect([opened, failed, lease, bytes.toString()]).toEqual([
        undefined,
        undefined,
        'free',
        textOf(index),
      ]);
      expect([facts(before), facts(after)]).toEqual([lstats(paths[index] ?? ''), lstats(paths[index] ?? '')]);
    }
  });

  test('is not made of what is no regular file, too large, empty, or being written', async () => {
    const directory = tempDirectory();
    const at = (name: string) => join(directory, name);
    mkdirSync(at('directory'));
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('empty'), '');
    writeFileSync(at('most'), Buffer.alloc(1024 * 1024, 'x'));
    writeFileSync(at('large'), Buffer.alloc(1024 * 1024 + 1, 'x'));
    writeFileSync(at('busy'), 'half');
    const fd = openSync(at('busy'), 'a');
    onTestFinished(() => closeSync(fd));
    const names = ['directory', 'pipe', 'empty', 'most', 'large', 'busy', '/dev/null'];
    const copies = await Promise.all(
      names.map((name) => disk.read(name[0] === '/' ? name : at(name), false)),
    );
    expect(copies.map(({ opened, lease, bytes }) => [opened, lease, bytes.length])).toEqual([
      [undefined, 'free', 0],
      [undefined, 'free', 0],
      [undefined, 'free', 0],
      [undefined, 'free', 1024 * 1024],
      [undefined, 'free', 0],
      [undefined, 'busy', 0],
      [undefined, 'free', 0],
    ]);
    expect(copies.map(({ before }) => before.isFile())).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test('is refused with the reason of open(2)', async () => {
    const directory = tempDirectory();
    const at = (name: string) => join(directory, name);
    writeFileSync(at('secret'), 'x', { mode: 0 });
    symlinkSync('secret', at('link'));
    const refused = async (name: string, nofollow: boolean) =>
      (await disk.read(at(name), nofollow)).opened?.message;
    expect(await refused('link', true)).toBe('ELOOP: too many symbolic links encountered');
    expect(await refused('a\0b', false)).toBe('ENOENT: no such file or directory');
    await asNobody(async () => {
      expect(await refused('secret', false)).toBe('EACCES: permission denied');
    });
  });
});

test('questions of one turn go together, some at a time, and each gets its own answer', async () => {
  const asked: number[] = [];
  const batch = new Batch<string>((paths, answered) => {
    asked.push(paths.length);
    setImmediate(() => answered((index) => `of ${paths[index]}`));
  });
  const ask = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => batch.ask(String(index))));
  const expected = (count: number) => Array.from({ length: count }, (_, index) => `of ${index}`);
  expect(await Promise.all([ask(20), ask(15)])).toEqual([expected(20), expected(15)]);
  expect(await ask(1)).toEqual(expected(1));
  expect(asked).toEqual([16, 16, 3, 1]);
});
