import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Timers } from '../../../src/emperor/timers.ts';

let over: string[] = [];
let timers: Timers<'a' | 'b'>;

beforeEach(() => {
  vi.useFakeTimers();
  over = [];
  timers = new Timers((name) => over.push(name));
});
afterEach(() => vi.useRealTimers());

test('one of each name; a new one takes its place', () => {
  timers.arm('a', 100);
  timers.arm('b', 100);
  vi.advanceTimersByTime(50);
  timers.arm('a', 100);
  vi.advanceTimersByTime(50);
  expect(over).toEqual(['b']);
  vi.advanceTimersByTime(50);
  expect(over).toEqual(['b', 'a']);
});

test('put off only where they run, and never sooner', () => {
  timers.arm('a', 100);
  timers.extend(['a', 'b'], 50);
  vi.advanceTimersByTime(99);
  expect(over).toEqual([]);
  timers.extend(['a', 'b'], 200);
  vi.advanceTimersByTime(199);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['a']);
  timers.extend(['a', 'b'], 50);
  vi.advanceTimersByTime(1000);
  expect(over).toEqual(['a']);
});

test('for an hour in all, however often it is asked for', () => {
  timers.arm('a', 1000);
  for (let minute = 0; minute < 59; minute++) {
    timers.extend(['a'], 120_000);
    vi.advanceTimersByTime(60_000);
  }
  timers.extend(['a'], 10 * 3_600_000);
  vi.advanceTimersByTime(59_999);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['a']);
});
