import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DisabledList } from '../../../src/emperor/disabled.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

test('is there again for the next daemon; by name and file', () => {
  const path = join(tempDirectory(), 'below', 'disabled');
  const list = new DisabledList(path);
  expect(list.set('web', '/a/web.ini', true)).toBe(true);
  expect(list.set('web', '/a/web.ini', true)).toBe(false);
  expect(list.set('api', '/a/new\nline/api.ini', true)).toBe(true);
  const next = new DisabledList(path);
  expect([next.has('web', '/a/web.ini'), next.has('web', '/b/web.ini')]).toEqual([true, false]);
  expect(next.has('api', '/a/new\nline/api.ini')).toBe(true);
  expect(next.set('web', '/a/web.ini', false)).toBe(true);
  expect(new DisabledList(path).has('web', '/a/web.ini')).toBe(false);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
});

test('what cannot be written down has not happened', () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'file'), '');
  const list = new DisabledList(join(directory, 'file', 'disabled'));
  expect(() => list.set('web', '/a/web.ini', true)).toThrow(/the list of disabled vassals: E/);
  expect(list.has('web', '/a/web.ini')).toBe(false);
});

test('what could not be put into place leaves nothing beside it', () => {
  const directory = tempDirectory();
  const path = join(directory, 'disabled');
  const list = new DisabledList(path);
  mkdirSync(path);
  expect(() => list.set('web', '/a/web.ini', true)).toThrow(/EISDIR/);
  expect(readdirSync(directory)).toEqual(['disabled']);
});

test('a list that cannot be read is no empty one', () => {
  const path = join(tempDirectory(), 'disabled');
  mkdirSync(path);
  expect(() => new DisabledList(path)).toThrow(/EISDIR/);
});
