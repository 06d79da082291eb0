import { expect, test } from 'vitest';
import { fill, listOf } from '../../../src/cli/paragraphs.ts';
import { size, span, timestamp, wait } from '../../../src/cli/units.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

test.each([
  [-1, '0 ms'],
  [0, '0 ms'],
  [0.0127, '12 ms'],
  [1, '1 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [HOUR - 1, '59 min'],
  [3 * HOUR, '3 h'],
  [3 * HOUR + 150, '3 h 2 min'],
  [DAY, '1 d'],
  [2 * DAY + 4.5 * HOUR, '2 d 4 h'],
  [400 * DAY, '400 d'],
])('a span of %d s', (seconds, text) => {
  expect(span(seconds)).toBe(text);
});

test.each([
  [-3, '1 ms'],
  [0.0001, '1 ms'],
  [0.8, '800 ms'],
  [0.0123, '13 ms'],
  [3.2, '4 s'],
  [59.5, '1 min'],
])('a wait of %d s', (seconds, text) => {
  expect(wait(seconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [41 * 1024 ** 2, '41 MiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%d bytes', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test('moments', () => {
  expect(timestamp(1_795_500_000.25)).toBe('2026-11-24T06:00:00.250Z');
});

test('text is filled into lines, lists into two columns', () => {
  expect(fill('aaa bbb ccc', '  ', 7)).toEqual(['aaa bbb', '  ccc']);
  expect(fill('aaaaaaaaaaaa b', '', 5)).toEqual(['aaaaaaaaaaaa', 'b']);
  expect(
    listOf(
      [
        ['-f', 'one'],
        ['--a-long-one', 'two'],
      ],
      4,
    ),
  ).toEqual(['  -f    one', '  --a-long-one', '        two']);
});
