// From an entry and what is wrong with it to a problem that points at the right columns.

import type { Entry } from '../dialect/lines.ts';
import { columnAt } from '../dialect/text.ts';
import type { Bad } from './bad.ts';
import type { Problems, Span } from './problems.ts';

export function keySpan({ at, written, source, span }: Entry): Span {
  if (span) return span;
  return source === ''
    ? { at }
    : { at, endColumn: at.column - 1 + columnAt(written, written.length), source };
}

/** The value; the key when there is no value to point at. */
export function valueSpan(entry: Entry): Span {
  const { at, value, valueColumn, source, span } = entry;
  if (span || source === '' || value === '') return keySpan(entry);
  return { at: { ...at, column: valueColumn }, endColumn: valueColumn + [...value].length, source };
}

/** `exact`: what was read is what the file has, so that a part of it can be pointed at. */
export function reportBad(problems: Problems, entry: Entry, bad: Bad, exact: boolean): void {
  const { code = 'bad-value', guess, from, to } = bad.options;
  const suggestion = bad.options.suggestion ?? (problems.full ? undefined : guess?.());
  problems.error(code, bad.message, exact ? partSpan(entry, from, to) : valueSpan(entry), suggestion);
}

function partSpan(entry: Entry, from: number | undefined, to: number | undefined): Span {
  const { at, value, valueColumn, source, span } = entry;
  if (span || from === undefined || source === '') return valueSpan(entry);
  // What is missing at the end is told at the last letter that is there.
  const first = Math.min(from, value.length - 1);
  const start = valueColumn - 1 + columnAt(value, first);
  const end = valueColumn - 1 + columnAt(value, Math.min(to ?? first + 1, value.length));
  return { at: { ...at, column: start }, endColumn: Math.max(end, start + 1), source };
}
