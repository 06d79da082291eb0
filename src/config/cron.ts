// `cron`: five fields as crontab(5) has them, or one of its @words. What they mean for a clock is in emperor/cron-times.ts.
import { Bad } from './problems/bad.ts';
import { nearest } from './problems/nearest.ts';

/** One field: the numbers that fit. */
export interface CronField {
  readonly numbers: ReadonlySet<number>;
  /** It begins with `*`: what crontab(5) makes a difference of, for days and when clocks change. */
  readonly star: boolean;
}

export interface Cron {
  /** As it was written. */
  readonly text: string;
  readonly minute: CronField;
  readonly hour: CronField;
  readonly day: CronField;
  readonly month: CronField;
  /** 0 is Sunday. */
  readonly weekday: CronField;
}

interface Kind {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const KINDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'weekday', least: 0, most: 7, names: WEEKDAYS },
] as const satisfies readonly Kind[];

const WORDS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
/** The longest that each month gets. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const PART = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,3}))?$/i;

export function readCron(text: string): Cron | Bad {
  const fields = fieldsOf(text);
  if (fields instanceof Bad) return fields;
  const read: CronField[] = [];
  for (const [index, kind] of KINDS.entries()) {
    const field = readField(fields[index] ?? '', kind);
    if (field instanceof Bad) return field;
    read.push(field);
  }
  const [minute = NONE, hour = NONE, day = NONE, month = NONE, weekday = NONE] = read;
  const cron = { text, minute, hour, day, month, weekday };
  return everComes(cron) ? cron : new Bad(`that day never comes: \`${text}\``);
}

const NONE: CronField = { numbers: new Set(), star: false };

function fieldsOf(text: string): string[] | Bad {
  if (text.startsWith('@')) {
    const known = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
    if (known !== undefined) return known.split(' ');
    return new Bad(`\`${text}\` is none of ${Object.keys(WORDS).join(', ')}`, {
      suggestion: nearest(text, Object.keys(WORDS)),
    });
  }
  const fields = text.split(/[ \t]+/);
  if (fields.length === KINDS.length) return fields;
  const names = KINDS.map(({ name }) => name).join(' ');
  return new Bad(`five fields are needed: ${names}, such as \`30 4 * * mon-fri\`; here are ${fields.length}`);
}

function readField(text: string, kind: Kind): CronField | Bad {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const range = readPart(part, kind);
    if (range instanceof Bad) return range;
    for (let number = range.from; number <= range.to; number += range.step)
      // Sunday has two numbers.
      numbers.add(kind.name === 'weekday' && number === 7 ? 0 : number);
  }
  return { numbers, star: text.startsWith('*') };
}

function readPart(text: string, kind: Kind): { from: number; to: number; step: number } | Bad {
  const { least, most, name } = kind;
  const [, first, last, every] = PART.exec(text) ?? [];
  if (first === undefined) return new Bad(`\`${text}\` is no ${name}: N, N-N, *, each with /STEP, and lists`);
  const step = every === undefined ? 1 : Number(every);
  if (step < 1) return new Bad(`a step of 0 in \`${text}\` leads nowhere`);
  if (first === '*') {
    if (last !== undefined) return new Bad(`\`${text}\` is no ${name}: \`*\` is the whole range already`);
    return { from: least, to: name === 'weekday' ? most - 1 : most, step };
  }
  const from = numberOf(first, kind);
  if (from instanceof Bad) return from;
  if (last === undefined && every !== undefined)
    return new Bad(`a step needs a range: \`${text}\``, { suggestion: `${first}-${most}/${every}` });
  const to = last === undefined ? from : numberOf(last, kind);
  if (to instanceof Bad) return to;
  return to < from ? new Bad(`\`${text}\` runs backwards`) : { from, to, step };
}

function numberOf(word: string, { names = [], least, most, name }: Kind): number | Bad {
  const named = names.indexOf(word.toLowerCase());
  if (named >= 0) return named + least;
  const number = /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  if (number >= least && number <= most) return number;
  return new Bad(
    `\`${word}\` is no ${name}: ${least} to ${most}${names.length > 0 ? `, or ${names[0]}…` : ''}`,
    {
      suggestion: nearest(word.toLowerCase(), names),
    },
  );
}

/** With a weekday besides, any of the two will do. */
function everComes({ day, month, weekday }: Cron): boolean {
  if (day.star || !weekday.star) return true;
  return [...month.numbers].some((each) => Math.min(...day.numbers) <= (LENGTHS[each - 1] ?? 31));
}
