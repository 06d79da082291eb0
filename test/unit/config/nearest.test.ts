import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distance, nearest } from '../../../src/config/nearest.ts';

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
])('%j → %j', (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
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
