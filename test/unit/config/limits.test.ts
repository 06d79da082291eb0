import { expect, test } from 'vitest';
import { readLimit } from '../../../src/config/limits.ts';
import { Bad } from '../../../src/config/problems/bad.ts';

const inf = Number.POSITIVE_INFINITY;
const both = (value: number) => ({ soft: value, hard: value });

function read(name: string, text: string): unknown {
  const limit = readLimit(text, { name });
  return limit instanceof Bad ? limit.message : limit;
}

test.each([
  ['1024', both(1024)],
  ['0', both(0)],
  ['1024:4096', { soft: 1024, hard: 4096 }],
  ['1024 : 4096', { soft: 1024, hard: 4096 }],
  [':4096', { soft: undefined, hard: 4096 }],
  ['1024:', { soft: 1024, hard: undefined }],
  ['unlimited', both(inf)],
  ['infinity', both(inf)],
  ['1024:unlimited', { soft: 1024, hard: inf }],
  [':', '`:` limits nothing'],
  ['2:1', 'the soft limit is above the hard one'],
  ['unlimited:1', 'the soft limit is above the hard one'],
  ['1:2:3', '`1:2:3` is not a limit: N, SOFT:HARD or unlimited'],
  ['-1', '`-1` is not a limit: a whole number, or unlimited'],
  ['1K', '`1K` is not a limit: a whole number, or unlimited'],
  ['1.5', '`1.5` is not a limit: a whole number, or unlimited'],
])('a count: %j', (text, expected) => {
  expect(read('limit-nofile', text)).toEqual(expected);
});

test.each([
  ['4096', both(4096)],
  ['4K', both(4096)],
  ['4k', both(4096)],
  ['1M', both(1024 ** 2)],
  ['1MiB', both(1024 ** 2)],
  ['2G:3G', { soft: 2 * 1024 ** 3, hard: 3 * 1024 ** 3 }],
  ['1T', both(1024 ** 4)],
  ['9999999T', '9999999T is too large'],
  ['1X', '`1X` is not a limit: bytes, also with K, M, G, or unlimited'],
])('bytes: %j', (text, expected) => {
  expect(read('limit-core', text)).toEqual(expected);
});

test('limit-as counts MiB where there is no suffix, as in uWSGI', () => {
  expect(read('limit-as', '256')).toEqual(both(256 * 1024 ** 2));
  expect(read('limit-as', '256K')).toEqual(both(256 * 1024));
});
