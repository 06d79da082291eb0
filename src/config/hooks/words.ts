// The arguments of a hook's action, with their places in the value for what is wrong with them.
import { Bad } from '../problems/bad.ts';

/** A part of a value. */
export interface Part {
  readonly text: string;
  /** Where it begins in the value, in code units. */
  readonly from: number;
}

/** The first word of `part`, and what follows the blanks behind it. */
export function cut(part: Part): readonly [Part, Part] {
  const [, blanks = '', word = '', gap = ''] = /^([ \t]*)([^ \t]*)([ \t]*)/.exec(part.text) ?? [];
  const start = blanks.length;
  const rest = start + word.length + gap.length;
  return [
    { text: word, from: part.from + start },
    { text: part.text.slice(rest), from: part.from + rest },
  ];
}

export function wrongPart(part: Part, message: string, suggestion?: string): Bad {
  return new Bad(message, { suggestion, from: part.from, to: part.from + Math.max(part.text.length, 1) });
}

/** Exactly the words that `names` are the names of. */
export function wordsOf(part: Part, names: readonly string[]): readonly Part[] | Bad {
  const found = leadingWords(part, names, names);
  if (found instanceof Bad) return found;
  const rest = found.at(-1);
  if (rest === undefined || rest.text === '') return found.slice(0, -1);
  return wrongPart(rest, `\`${rest.text}\` is too much: ${names.join(' ')}`);
}

/** Those words, and last of all what is left behind them. `syntax`: how all of it is written. */
export function leadingWords(
  part: Part,
  names: readonly string[],
  syntax: readonly string[],
): readonly Part[] | Bad {
  const found: Part[] = [];
  let rest = part;
  for (const name of names) {
    const [word, behind] = cut(rest);
    if (word.text === '') return wrongPart(part, `${name} is missing: ${syntax.join(' ')}`);
    found.push(word);
    rest = behind;
  }
  return [...found, rest];
}

/** A word, and all that stands behind the one blank after it. */
export function wordAndText(part: Part, names: readonly [string, string]): readonly [Part, Part] | Bad {
  const [word] = cut(part);
  const end = word.text.length + 1;
  const text = { text: part.text.slice(end), from: part.from + end };
  if (word.text !== '' && text.text !== '') return [word, text];
  return wrongPart(part, `${names[word.text === '' ? 0 : 1]} is missing: ${names.join(' ')}`);
}
