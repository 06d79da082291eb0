import { expect, test } from 'vitest';
import { idsIn } from '../../../src/system/own-ids.ts';

test('the first user namespace has all ids', () => {
  expect(idsIn('         0          0 4294967295\n')).toBeUndefined();
});

test('another one has those of its map, as they are called in it', () => {
  expect(idsIn('         0       1000          1\n         1     100000      65536\n')).toEqual([
    { first: 0, count: 1 },
    { first: 1, count: 65_536 },
  ]);
  expect(idsIn('')).toEqual([]);
});
