// `--since TIME`: a moment, or how long ago.
import { UsageError } from './errors.ts';

const AGO = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)(?:m|min))?(?:(\d+)s)?$/;
const TIME_OF_DAY = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DATE = /^\d{4}-\d{2}-\d{2}([T ]|$)/;
const SYNTAX = '10m, 2h30m or 1d ago, 14:30, 2026-01-31, 2026-01-31T14:30:00Z';

/** Unix seconds. `now`: milliseconds. */
export function readMoment(text: string, now: number): number {
  const ago = text === '' ? null : AGO.exec(text);
  if (ago) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = ago.slice(1).map((part) => Number(part ?? 0));
    return now / 1000 - (((days * 24 + hours) * 60 + minutes) * 60 + seconds);
  }
  const clock = TIME_OF_DAY.exec(text);
  const at = clock ? today(clock, now) : dateOf(text);
  if (Number.isNaN(at)) throw new UsageError(`\`--since\` takes a time (${SYNTAX}), not \`${text}\``);
  return at / 1000;
}

/** Date.parse() would take a number for a month. */
function dateOf(text: string): number {
  return DATE.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
}

/** The last time that it was that late. */
function today([, hour, minute, second = '0']: RegExpExecArray, now: number): number {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  const date = new Date(now);
  date.setHours(Number(hour), Number(minute), Number(second), 0);
  if (date.getTime() > now) date.setDate(date.getDate() - 1);
  return date.getTime();
}
