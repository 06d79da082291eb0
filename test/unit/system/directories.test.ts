import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectories } from '../../../src/system/directories.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

test('makes what is missing, and is content with what is there', () => {
  const path = join(tempDirectory(), 'a', 'b', 'c');
  makeDirectories(path);
  makeDirectories(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test('ends where no directory can be made', () => {
  expect(() => makeDirectories('/proc/none/below')).toThrow(/ENOENT/);
  const file = join(tempDirectory(), 'file');
  writeFileSync(file, '');
  expect(() => makeDirectories(join(file, 'below'))).toThrow(/ENOTDIR/);
});
