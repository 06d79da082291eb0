// Why a file cannot be read, in words.
import { getSystemErrorMap } from 'node:util';

/** `failure`: name of an errno, or a sentence already. */
export function unreadable(failure: string): string {
  const known = [...getSystemErrorMap().values()].find(([name]) => name === failure);
  return `cannot read it: ${known === undefined ? failure : known[1]}`;
}
