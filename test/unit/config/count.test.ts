import { expect, test } from 'vitest';
import { count } from '../../../src/config/problems/count.ts';

test('one is not several', () => {
  expect([0, 1, 2].map((amount) => count(amount, 'file'))).toEqual(['0 files', '1 file', '2 files']);
  expect([count(1, 'process', 'processes'), count(2, 'process', 'processes')]).toEqual([
    '1 process',
    '2 processes',
  ]);
});
