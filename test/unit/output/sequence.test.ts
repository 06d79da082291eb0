import { expect, test } from 'vitest';
import { takeNumbers } from '../../../src/output/sequence.ts';

test('numbers are nobody else’s, and above those of whoever had the place before', () => {
  const first = takeNumbers(3);
  expect(takeNumbers(1)).toBe(first + 3);
  expect(first).toBeGreaterThan((Date.now() - 86_400_000) * 1000);
  expect(Number.isSafeInteger(first * 2)).toBe(true);
});
