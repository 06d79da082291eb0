// Which directory entries decide where a path leads.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookouts } from '../../../src/monitors/lookouts.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

test('of a plain file: its own entry', async () => {
  const path = join(tempDirectory(), 'a');
  writeFileSync(path, '');
  expect(await lookouts(path)).toEqual([path]);
});

test('of a directory: none, it tells of its own end', async () => {
  expect(await lookouts(tempDirectory())).toEqual([]);
});

test('of what is missing: the first entry that is', async () => {
  const top = tempDirectory();
  expect(await lookouts(join(top, 'a', 'b', 'c'))).toEqual([join(top, 'a')]);
});

test('of links: each of them, and the end', async () => {
  const top = tempDirectory();
  mkdirSync(join(top, 'real', 'deep'), { recursive: true });
  writeFileSync(join(top, 'real', 'deep', 'file'), '');
  symlinkSync('real', join(top, 'dir'));
  symlinkSync('../dir/deep/file', join(top, 'real', 'relative'));
  symlinkSync(join(top, 'dir', 'relative'), join(top, 'absolute'));
  expect(await lookouts(join(top, 'absolute'))).toEqual([
    join(top, 'absolute'),
    join(top, 'dir'),
    join(top, 'real', 'relative'),
    join(top, 'real', 'deep', 'file'),
  ]);
});

test('of a dangling link: where its target would be', async () => {
  const top = tempDirectory();
  symlinkSync('nowhere/file', join(top, 'link'));
  expect(await lookouts(join(top, 'link'))).toEqual([join(top, 'link'), join(top, 'nowhere')]);
});

test('of a link to a directory above, and of the root', async () => {
  const top = tempDirectory();
  mkdirSync(join(top, 'a'));
  symlinkSync('..', join(top, 'a', 'up'));
  expect(await lookouts(join(top, 'a', 'up'))).toEqual([join(top, 'a', 'up')]);
  expect(await lookouts('/')).toEqual([]);
});

test('of a loop: an end', async () => {
  const top = tempDirectory();
  symlinkSync('b', join(top, 'a'));
  symlinkSync('a', join(top, 'b'));
  expect(await lookouts(join(top, 'a'))).toEqual([join(top, 'a'), join(top, 'b')]);
});
