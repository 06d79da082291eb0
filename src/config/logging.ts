// How a vassal's lines are written down: when a log file is put aside, dates, and how many lines are taken.
import type { Values } from './options/read.ts';
import { Bad } from './problems/bad.ts';
import { readDuration } from './readers.ts';

export interface LogManner {
  /** Of a log file, in bytes; 0: it is never put aside. */
  readonly maxSize: number;
  /** How many that were put aside are kept. */
  readonly keep: number;
  /** Each line begins with the time. */
  readonly date: boolean;
  /** Undefined: every line is taken. */
  readonly rate: LineRate | undefined;
}

/** So many lines in each stretch of time. */
export interface LineRate {
  readonly lines: number;
  readonly ms: number;
}

const SUFFIX: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
/** Less would put a file aside for each few lines. */
const LEAST_SIZE = 4096;

export const DEFAULT_MANNER: LogManner = { maxSize: 10 * 1024 ** 2, keep: 5, date: false, rate: undefined };

export function mannerOf(values: Values): LogManner {
  if (!values.mentions('output')) return DEFAULT_MANNER;
  return {
    maxSize: values.value('log-max-size'),
    keep: values.value('log-keep'),
    date: values.value('log-date'),
    rate: values.value('log-rate-limit'),
  };
}

export function readLogSize(text: string): number | Bad {
  const [, digits, suffix = ''] = /^(\d{1,15})([KMGT]?)i?B?$/i.exec(text) ?? [];
  if (digits === undefined)
    return new Bad(`\`${text}\` is not a size: bytes, also with K, M, G; 0 for no rotation`);
  const bytes = Number(digits) * (SUFFIX[suffix.toUpperCase()] ?? 1);
  return bytes === 0 || bytes >= LEAST_SIZE
    ? bytes
    : new Bad(`${text} is too small: at least ${LEAST_SIZE} bytes`);
}

export function readLineRate(text: string): LineRate | undefined | Bad {
  if (text === 'off' || text === 'none') return undefined;
  const [, lines, time] = /^(\d{1,9})\s*\/\s*(.+)$/.exec(text) ?? [];
  if (lines === undefined || time === undefined)
    return new Bad(`\`${text}\` is not LINES/TIME or off`, {
      suggestion: /^\d+$/.test(text) ? `${text}/30s` : undefined,
    });
  if (Number(lines) === 0) return new Bad('no lines at all: that is `log = null`');
  const ms = readDuration(/^[a-z]/.test(time) ? `1${time}` : time, 's', { range: [100, 86_400_000] });
  return ms instanceof Bad ? ms : { lines: Number(lines), ms };
}
