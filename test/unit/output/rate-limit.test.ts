// What a limit on lines takes, and when it tells what it has dropped.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RateLimit } from '../../../src/output/rate-limit.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function limit(now: () => number): { limit: RateLimit; told: number[] } {
  const told: number[] = [];
  return { limit: new RateLimit({ lines: 2, ms: 100 }, { told: (count) => told.push(count), now }), told };
}

test('so many in each stretch of time', () => {
  let now = 0;
  const { limit: each, told } = limit(() => now);
  expect([each.admit(1), each.admit(3)]).toEqual([1, 1]);
  now = 100;
  expect(each.admit(2)).toBe(2);
  expect(told).toEqual([2]);
});

test('what comes after it was told is of the next one, also where the timer was early', () => {
  let now = 0;
  const { limit: each, told } = limit(() => now);
  each.admit(5);
  now = 99.5;
  vi.advanceTimersByTime(100);
  expect(told).toEqual([3]);
  expect(each.admit(1)).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([3]);
});
