// Which directory entries are configs, what their vassals are called, and how a name is shown that may not be one.
import { codePointName, FORBIDDEN } from '../config/dialect/text.ts';

const EXTENSION = 'ini';
/** Code points; four bytes each at most, so that what is shown is short enough to be a name. */
const MOST_SHOWN = 48;

/** What editors leave behind (`.web.ini.swp`, `.#web.ini`, `web.ini~`, `web.ini.tmp`) fails one of the two. `more`: other
 *  extensions that configs may have. */
export function isConfigName(entry: string, more: readonly string[] = []): boolean {
  const extension = entry.slice(entry.lastIndexOf('.') + 1);
  return (
    (extension === EXTENSION || more.includes(extension)) && entry.includes('.') && !entry.startsWith('.')
  );
}

/** Of the name of a config. */
export function withoutSuffix(entry: string): string {
  return entry.slice(0, entry.lastIndexOf('.'));
}

/** `a<U+000A>b`: one line, harmless on a terminal, still recognisable. */
export function shown(text: string): string {
  return [...text].map((char) => (isHarmless(char) ? char : `<${codePointName(char)}>`)).join('');
}

export function shownName(name: string): string {
  const all = [...name];
  return all.length > MOST_SHOWN ? `${shown(all.slice(0, MOST_SHOWN).join(''))}…` : shown(name);
}

function isHarmless(char: string): boolean {
  return char !== '\t' && !FORBIDDEN.test(char);
}
