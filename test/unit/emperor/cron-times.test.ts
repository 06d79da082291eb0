// Times of a cron, in a zone whose clocks change (Berlin: forward on 29 March 2026 at 2:00, back on 25 October 2026 at 3:00).
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cron, readCron } from '../../../src/config/cron.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import { nextTime } from '../../../src/emperor/cron-times.ts';

let zone: string | undefined;
beforeAll(() => {
  zone = process.env.TZ;
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

function cron(text: string): Cron {
  const read = readCron(text);
  if (read instanceof Bad) throw new Error(read.message);
  return read;
}

/** The next `count` times, as UTC. */
function times(text: string, from: string, count = 3): string[] {
  const found: string[] = [];
  let at = Date.parse(from);
  while (found.length < count) {
    const next = nextTime(cron(text), at);
    if (next === undefined) return [...found, 'never'];
    found.push(new Date(next).toISOString().slice(0, 16));
    at = next;
  }
  return found;
}

test('local time', () => {
  expect(times('30 4 * * *', '2026-01-10T00:00:00Z', 2)).toEqual(['2026-01-10T03:30', '2026-01-11T03:30']);
  expect(times('30 4 * * *', '2026-07-10T00:00:00Z', 1)).toEqual(['2026-07-10T02:30']);
  expect(times('*/25 * * * *', '2026-01-10T10:00:00Z')).toEqual([
    '2026-01-10T10:25',
    '2026-01-10T10:50',
    '2026-01-10T11:00',
  ]);
});

test('strictly later, also in the minute itself', () => {
  expect(times('0 12 * * *', '2026-01-10T11:00:00Z', 1)).toEqual(['2026-01-11T11:00']);
  expect(times('0 12 * * *', '2026-01-10T10:59:59.999Z', 1)).toEqual(['2026-01-10T11:00']);
});

test('months, weekdays, and either of two days', () => {
  expect(times('0 12 * * mon', '2026-01-10T00:00:00Z', 2)).toEqual(['2026-01-12T11:00', '2026-01-19T11:00']);
  expect(times('0 12 13 * fri', '2026-02-12T12:00:00Z', 3)).toEqual([
    '2026-02-13T11:00',
    '2026-02-20T11:00',
    '2026-02-27T11:00',
  ]);
  expect(times('0 12 29 2 *', '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T11:00', '2032-02-29T11:00']);
  expect(times('0 0 1 1 *', '2026-05-01T00:00:00Z', 1)).toEqual(['2026-12-31T23:00']);
});

describe('when the clock is put on', () => {
  test('a fixed time that is skipped is made up for at once, once', () => {
    expect(times('30 2 * * *', '2026-03-28T12:00:00Z', 2)).toEqual(['2026-03-29T01:00', '2026-03-30T00:30']);
    expect(times('10,50 2 * * *', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:10',
    ]);
  });

  test('what recurs does not', () => {
    expect(times('*/30 2 * * *', '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:00']);
    expect(times('0 * * * *', '2026-03-29T00:30:00Z', 1)).toEqual(['2026-03-29T01:00']);
  });
});

describe('when it is put back', () => {
  test('a fixed time that comes twice counts once', () => {
    expect(times('30 2 * * *', '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
  });

  test('what recurs goes on', () => {
    expect(times('30 * * * *', '2026-10-25T00:00:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
  });
});

const field = (least: number, most: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: least, max: most }).map(String),
    fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
  );

test('any time found is later, fits, and nothing that fits lies before it', () => {
  const text = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  const from = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-12-31') });
  fc.assert(
    fc.property(text, from, (written, after) => {
      const spec = cron(written);
      const next = nextTime(spec, after);
      expect(next).toBeGreaterThan(after);
      const fits = (at: number) => {
        const time = new Date(at);
        const isDay = spec.day.numbers.has(time.getDate());
        const isWeekday = spec.weekday.numbers.has(time.getDay());
        const day = spec.day.star || spec.weekday.star ? isDay && isWeekday : isDay || isWeekday;
        return (
          day &&
          spec.month.numbers.has(time.getMonth() + 1) &&
          spec.hour.numbers.has(time.getHours()) &&
          spec.minute.numbers.has(time.getMinutes())
        );
      };
      const isJump = (at: number) =>
        new Date(at).getTimezoneOffset() !== new Date(at - 4 * 3_600_000).getTimezoneOffset();
      const found = next ?? 0;
      if (!isJump(found)) expect(fits(found)).toBe(true);
      const minute = 60_000;
      for (
        let at = (Math.floor(after / minute) + 1) * minute;
        at < Math.min(found, after + 3000 * minute);
        at += minute
      )
        if (!isJump(at)) expect(fits(at)).toBe(false);
    }),
    { numRuns: 60 },
  );
});
