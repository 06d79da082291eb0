import { expect, test } from 'vitest';
import { restartDelay, wasStable } from '../../../src/emperor/backoff.ts';

const policy = { restartDelayMs: 100, maxRestartDelayMs: 180_000, stableAfterMs: 10_000, startLimit: 0 };

test('the end of a stable run restarts at once, then the delay doubles up to the cap', () => {
  const delays = [0, 1, 2, 3, 4, 11, 12, 100].map((failures) => restartDelay(policy, failures, 0.5));
  expect(delays).toEqual([0, 100, 200, 400, 800, 102_400, 180_000, 180_000]);
});

test('jitter spreads the delay by ten per cent to both sides', () => {
  expect(restartDelay(policy, 4, 0)).toBe(720);
  expect(restartDelay(policy, 4, 0.999999)).toBe(880);
});

test('stable is an uptime of stable-after; a start that never came to exec is not; 0 means always', () => {
  expect(wasStable(policy, 9_999)).toBe(false);
  expect(wasStable(policy, 10_000)).toBe(true);
  expect(wasStable(policy, null)).toBe(false);
  expect(wasStable({ ...policy, stableAfterMs: 0 }, 0)).toBe(true);
});
