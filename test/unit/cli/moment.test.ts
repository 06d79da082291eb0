import { expect, test } from 'vitest';
import { readMoment } from '../../../src/cli/moment.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const SEC = NOW / 1000;

test.each([
  ['10m', SEC - 600],
  ['2h30m', SEC - 9000],
  ['1d', SEC - 86_400],
  ['45s', SEC - 45],
  ['2026-11-28T11:00:00Z', SEC - 3600],
  ['2026-11-28 11:00:00Z', SEC - 3600],
  ['2026-11-28', SEC - 43_200],
])('%s', (text, expected) => {
  expect(readMoment(text, NOW)).toBe(expected);
});

test('a time of day is the last one that was', () => {
  const late = new Date(NOW);
  late.setMinutes(late.getMinutes() + 1);
  const text = late.toTimeString().slice(0, 5);
  expect(readMoment(text, NOW)).toBe(late.setSeconds(0, 0) / 1000 - 86_400);
});

test.each(['', 'x', '10', '25:00', '10m ago', '2026-13-01'])('`%s` is none', (text) => {
  expect(() => readMoment(text, NOW)).toThrow(/takes a time/);
});
