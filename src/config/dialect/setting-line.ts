// The line that `set = key=value` stands for.
import { type Entry, normalKey } from './lines.ts';
import { afterBlanks, beforeBlanks, columnAt } from './text.ts';

/** Its problems point into the value of the `set`. Undefined: that is not key=value. */
export function settingEntry(entry: Entry): Entry | undefined {
  const { value: text, valueColumn, source } = entry;
  const split = text.indexOf('=');
  const keyFrom = afterBlanks(text, 0, Math.max(split, 0));
  const keyTo = beforeBlanks(text, keyFrom, Math.max(split, 0));
  if (keyFrom === keyTo) return undefined;
  const from = afterBlanks(text, split + 1);
  const to = beforeBlanks(text, from);
  const written = text.slice(keyFrom, keyTo);
  // Without a source the column is the number of a word.
  const column = (index: number) => (source === '' ? valueColumn : valueColumn - 1 + columnAt(text, index));
  return {
    ...entry,
    key: normalKey(written),
    written,
    value: text.slice(from, to),
    bare: false,
    at: { ...entry.at, column: column(keyFrom) },
    valueColumn: column(from),
  };
}
