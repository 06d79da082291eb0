// Spans of time, sizes and moments in words for people.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `40 ms`, `4 s`, `5 min`, `3 h 2 min`, `2 d 4 h`. Rounded down: 59.9 s are not a minute yet. */
export function span(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds));
  if (seconds < 1) return `${Math.max(0, Math.floor(seconds * 1000))} ms`;
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return twoUnits(whole, HOUR, 'h', MINUTE, 'min');
  return twoUnits(whole, DAY, 'd', HOUR, 'h');
}

function twoUnits(
  seconds: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** What is still to be waited: rounded up, so that it never says 0 s. */
export function wait(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.ceil(seconds * 1000))} ms` : span(Math.ceil(seconds));
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `41 MiB`, `1.5 GiB`. */
export function size(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < SIZES.length - 1) {
    amount /= 1024;
    unit++;
  }
  const digits = unit > 0 && amount < 10 ? 1 : 0;
  return `${amount.toFixed(digits).replace(/\.0$/, '')} ${SIZES[unit]}`;
}

/** `14:02:11`, local. */
export function clock(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toTimeString().slice(0, 8);
}

/** `2026-01-31 14:02:11`, local. */
export function dateTime(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return `${day.map((part) => String(part).padStart(2, '0')).join('-')} ${clock(unixSeconds)}`;
}

/** A reader at a terminal lives here; a file is read elsewhere, and by programs. */
export function timeFor({ isTTY }: { readonly isTTY: boolean }, unixSeconds: number): string {
  if (!isTTY) return timestamp(unixSeconds);
  const milliseconds = Math.floor(unixSeconds * 1000) % 1000;
  return `${dateTime(unixSeconds)}.${String(milliseconds).padStart(3, '0')}`;
}

/** RFC 3339 in UTC, with milliseconds. */
export function timestamp(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString();
}
