// When a cron's time comes, in the local time of the daemon. As cron(8) when clocks change: a fixed time that is skipped is made
// up for at once, one that comes twice counts once, and what recurs by `*` goes by the clock on the wall.
import type { Cron } from '../config/cron.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A 29th of February that must be a certain weekday, over the end of a century. */
const MOST_DAYS = 366 * 41;
/** No clock is put on by more. */
const LONGEST_JUMP = 3 * HOUR;

/** The first time after `after` (milliseconds since 1970), which is a full minute; undefined: there is none. */
export function nextTime(cron: Cron, after: number): number | undefined {
  return cron.minute.star || cron.hour.star ? nextRecurring(cron, after) : nextFixed(cron, after);
}

/** Minute by minute of real time, but for what can be left out at once. */
function nextRecurring(cron: Cron, after: number): number | undefined {
  let at = (Math.floor(after / MINUTE) + 1) * MINUTE;
  for (let left = MOST_DAYS * 30; left > 0; left--) {
    const time = new Date(at);
    if (!dayFits(cron, time)) at = startOfNextDay(time);
    else if (!cron.hour.numbers.has(time.getHours())) at += HOUR - time.getMinutes() * MINUTE;
    else if (cron.minute.numbers.has(time.getMinutes())) return at;
    else at += MINUTE;
  }
  return undefined;
}

/** Day by day of the calendar. */
function nextFixed(cron: Cron, after: number): number | undefined {
  const first = new Date(after);
  for (let days = 0; days < MOST_DAYS; days++) {
    const day = new Date(first.getFullYear(), first.getMonth(), first.getDate() + days);
    if (!dayFits(cron, day)) continue;
    const time = timesOf(cron, day).find((each) => each > after);
    if (time !== undefined) return time;
  }
  return undefined;
}

function timesOf({ hour, minute }: Cron, day: Date): number[] {
  const times = [...hour.numbers].flatMap((hours) =>
    [...minute.numbers].map((minutes) => realTime(day, hours, minutes)),
  );
  return times.sort((a, b) => a - b);
}

/** Of a time that comes twice it is the first. */
function realTime(day: Date, hours: number, minutes: number): number {
  const time = new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes);
  const isThere = time.getHours() === hours && time.getMinutes() === minutes;
  return isThere ? time.getTime() : jumpBefore(time.getTime());
}

/** When the clock was put on that made a time before `at` not come. */
function jumpBefore(at: number): number {
  const offset = new Date(at).getTimezoneOffset();
  for (let time = at; time > at - LONGEST_JUMP; time -= MINUTE)
    if (new Date(time - MINUTE).getTimezoneOffset() !== offset) return time;
  return at;
}

/** crontab(5): where both are restricted, any of the two days will do. */
function dayFits({ day, month, weekday }: Cron, time: Date): boolean {
  if (!month.numbers.has(time.getMonth() + 1)) return false;
  const isDay = day.numbers.has(time.getDate());
  const isWeekday = weekday.numbers.has(time.getDay());
  return day.star || weekday.star ? isDay && isWeekday : isDay || isWeekday;
}

/** Where there is no midnight the day begins later. */
function startOfNextDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + 1).getTime();
}
