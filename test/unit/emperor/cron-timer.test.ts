// The timer of a cron, with a clock that the test sets.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Cron, readCron } from '../../../src/config/cron.ts';
import { CronTimer } from '../../../src/emperor/cron-timer.ts';

const NOON = Date.parse('2026-05-05T12:00:30Z');
const MINUTE = 60_000;
const cron = (text: string) => readCron(text) as Cron;
let called = 0;
const timer = () => new CronTimer(() => called++);

beforeEach(() => {
  called = 0;
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => vi.useRealTimers());

test('calls once, when it is time', () => {
  const each = timer();
  each.arm(cron('* * * * *'));
  expect(each.next).toBe(NOON + 30_000);
  vi.advanceTimersByTime(29_999);
  expect(called).toBe(0);
  vi.advanceTimersByTime(1);
  expect([called, each.next]).toEqual([1, undefined]);
  vi.advanceTimersByTime(10 * MINUTE);
  expect(called).toBe(1);
});

test('far away times, too, and none any more when it is disarmed', () => {
  const each = timer();
  each.arm(cron('0 * 6 5 *'));
  vi.advanceTimersByTime(36 * 60 * MINUTE);
  expect(called).toBe(1);
  each.arm(cron('* * * * *'));
  each.disarm();
  vi.advanceTimersByTime(10 * MINUTE);
  expect(called).toBe(1);
});

test('a clock that is set is noticed within minutes', () => {
  const forward = timer();
  forward.arm(cron('0 * * * *'));
  vi.setSystemTime(NOON + 58 * MINUTE);
  vi.advanceTimersByTime(10 * MINUTE);
  expect(called).toBe(1);
  const back = timer();
  back.arm(cron('0 * * * *'));
  vi.setSystemTime(NOON - 180 * MINUTE);
  vi.advanceTimersByTime(61 * MINUTE);
  expect(called).toBe(2);
});

test('another cron takes its place only where it waits', () => {
  const each = timer();
  each.replace(cron('* * * * *'));
  expect(each.next).toBeUndefined();
  each.arm(cron('0 * * * *'));
  each.replace(cron('* * * * *'));
  expect(each.next).toBe(NOON + 30_000);
  each.replace(undefined);
  expect(each.next).toBeUndefined();
});
