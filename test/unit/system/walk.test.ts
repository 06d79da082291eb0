// Paths over links: whose they are, and what is at the end.
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { walk } from '../../../src/system/walk.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const OWN = process.getuid?.() ?? 0;
let directory = '';

beforeEach(() => {
  directory = tempDirectory();
  mkdirSync(join(directory, 'a/b'), { recursive: true });
  writeFileSync(join(directory, 'a/b/file'), '');
});

async function links(path: string): Promise<number> {
  const found = await walk(join(directory, path));
  expect(found.target.ino).toBe(statSync(join(directory, 'a/b/file'), { bigint: true }).ino);
  expect(found.links.every((owner) => owner === OWN)).toBe(true);
  return found.links.length;
}

test('no links', async () => {
  expect(await links('a/b/file')).toBe(0);
  expect(await links('a/./b/../b//file')).toBe(0);
});

test('links at the end and on the way, absolute and relative, one after the other', async () => {
  symlinkSync(join(directory, 'a'), join(directory, 'absolute'));
  symlinkSync('../a/b', join(directory, 'a/relative'));
  symlinkSync('absolute/relative/file', join(directory, 'last'));
  expect(await links('absolute/b/file')).toBe(1);
  expect(await links('absolute/relative/file')).toBe(2);
  expect(await links('last')).toBe(3);
});

test('what leads nowhere', async () => {
  symlinkSync('loop', join(directory, 'loop'));
  symlinkSync('nothing', join(directory, 'dangling'));
  for (const name of ['loop', 'dangling', 'a/b/file/x', 'nothing'])
    await expect(walk(join(directory, name)), name).rejects.toThrow();
});

test('a directory', async () => {
  expect((await walk('/')).target.isDirectory()).toBe(true);
  expect((await walk(directory)).target.isDirectory()).toBe(true);
});
