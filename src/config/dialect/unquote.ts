// The one door of the `ini` package, the judge of what quotes mean where they are not part of the value: in the lines of an
// env-file, and for the "did you mean" when somebody quotes a value of the dialect, where quotes would be taken literally.
import { parse } from 'ini';

/** What stands between the quotes around all of `text`; undefined when there are none. It gets one value at a time, so its
 *  guesses about comments, repeats and sections cannot happen. */
export function unquote(text: string): string | undefined {
  if (text.length < 2 || text[0] !== text.at(-1)) return undefined;
  // The package takes what single quotes hold for JSON (`'[1,2]'`).
  const inside = text.slice(1, -1);
  if (text.startsWith("'")) return inside.includes("'") ? undefined : inside;
  if (!text.startsWith('"')) return undefined;
  const decoded = /[\r\n]/.test(text) ? text : String(parse(`v=${text}`).v);
  if (decoded !== text) return decoded;
  return inside.includes('"') ? undefined : inside;
}
