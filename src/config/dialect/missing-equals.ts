// A line such as `command sleep 100` or `command: sleep 100`: known by its first word, so that more can be said than "unknown key".
import { type Entry, normalKey } from './lines.ts';
import { trimBlanks } from './text.ts';

const FIRST_WORD = /^([\w-]+)(?:[ \t]|:)[ \t]*(\S.*)$/;

export interface MissingEquals {
  readonly key: string;
  /** The line as it was meant. */
  readonly line: string;
}

/** Undefined: its first word is none of `known` keys. An `=` further on, in an argument, is none of this line. */
export function missingEquals(entry: Entry, known: readonly string[]): MissingEquals | undefined {
  const line = trimBlanks(entry.source);
  const [, key, rest] = FIRST_WORD.exec(line) ?? [];
  if (key === undefined || !line.startsWith(entry.written) || entry.written === key) return undefined;
  return known.includes(normalKey(key)) ? { key, line: `${key} = ${rest}` } : undefined;
}
