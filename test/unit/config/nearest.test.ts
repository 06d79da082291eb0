import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distance, nearest } from '../../../src/config/problems/nearest.ts';

const WORDS = ['command', 'clone', 'chdir', 'uid', 'gid', 'stop-signal'];

test.each([
  ['comand', 'command'],
  ['commnad', 'command'],
  ['COMMAND', 'command'],
  ['chidr', 'chdir'],
  ['uit', 'uid'],
  ['stopsignal', 'stop-signal'],
  ['zzz', undefined],
  ['x', undefined],
  ['', undefined],
  ['c'.repeat(100), undefined],
  ['stp-sgnl', undefined],
  ['stp-sgnal', 'stop-signal'],
  ['ud', 'uid'],
  ['id', 'uid'],
  ['stop', 'stop-signal'],
  ['COMM', 'command'],
  ['c', undefined],
  ['ch', 'chdir'],
])('%j → %j', (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
});

test('a long word is compared up to 64 characters; of two equally near the first one counts', () => {
  expect(nearest('a'.repeat(64), [`${'a'.repeat(63)}b`])).toBe(`${'a'.repeat(63)}b`);
  expect(nearest('a'.repeat(65), [`${'a'.repeat(64)}b`])).toBeUndefined();
  expect(nearest('xid', ['uid', 'gid'])).toBe('uid');
});

test('what begins one word alone is that word; what begins several is none of them', () => {
  expect(nearest('stat', ['start', 'status', 'stop'])).toBe('status');
  expect(nearest('limit', ['limit-as', 'limit-nofile'])).toBeUndefined();
  expect(nearest('limit', ['limit-as', 'limit-nofile', 'limits'])).toBe('limits');
});

test('a swap of neighbours is one edit', () => {
  expect(distance('ab', 'ba')).toBe(1);
  expect(distance('kitten', 'sitting')).toBe(3);
});

test('distance is symmetric, and 0 only for the same', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b) === 0).toBe(a === b);
    }),
  );
});
