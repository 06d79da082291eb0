import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watchdog, watchdogInterval } from '../../../src/system/watchdog.ts';

/** All but the clock: a loop that hangs is a clock that goes on while no timer does. */
beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] }),
);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function watched(intervalMs: number) {
  let hungMs = 0;
  let passedMs = 0;
  const fed: number[] = [];
  const now = () => passedMs + hungMs;
  vi.spyOn(performance, 'now').mockImplementation(now);
  const watchdog = new Watchdog(intervalMs, () => fed.push(now()));
  return {
    watchdog,
    fed,
    /** The loop turns freely for so long. */
    pass: (ms: number) => {
      for (let n = 0; n < ms; n += 10) {
        passedMs += 10;
        vi.advanceTimersByTime(10);
      }
    },
    /** What is due in this time comes late by it. */
    hang: (ms: number) => {
      hungMs += ms;
    },
  };
}

test('fed at once, and twice in an interval', () => {
  const { watchdog, fed, pass } = watched(8000);
  watchdog.start();
  pass(16_200);
  expect(fed.map((at) => Math.round(at / 1000))).toEqual([0, 4, 8, 12, 16]);
  watchdog.stop();
  pass(16_000);
  expect(fed).toHaveLength(5);
});

test('not by a turn that is late, but by the next that is in time', () => {
  const { watchdog, fed, pass, hang } = watched(8000);
  watchdog.start();
  hang(3000);
  pass(4000);
  expect(fed).toEqual([0]);
  pass(200);
  expect(fed).toHaveLength(2);
  // Within the interval all the same: one pause is no reason to end all vassals.
  expect(fed[1]).toBeLessThan(8000);
});

test('a loop all of whose turns are late feeds nobody', () => {
  const { watchdog, fed, pass, hang } = watched(8000);
  watchdog.start();
  pass(3990);
  for (let n = 0; n < 50; n++) {
    hang(1500);
    pass(100);
  }
  expect(fed).toEqual([0]);
});

test('a little late is in time', () => {
  const { watchdog, fed, pass, hang } = watched(8000);
  watchdog.start();
  hang(900);
  pass(4010);
  expect(fed).toHaveLength(2);
});

test.each([
  [{ WATCHDOG_USEC: '30000000' }, 30_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 30_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, undefined],
  [{ WATCHDOG_USEC: '0' }, undefined],
  [{ WATCHDOG_USEC: 'soon' }, undefined],
  [{}, undefined],
])('%o for process 7', (env, ms) => {
  expect(watchdogInterval(env, 7)).toBe(ms);
});
