// The regular expression of `if-hostname-match`. A matcher that goes back over its steps can take for ever on one that repeats
// what repeats; such expressions are refused, as a file must not hold the daemon up.
import { Bad } from '../problems/bad.ts';

const LONGEST = 256;
/** Of work, in powers of two: a repeat multiplies it by the length of a host name (64 at most), a choice by two. */
const MOST_BITS = 18;
const BITS_OF_REPEAT = 6;
/** Where signs stand for themselves, and what begins a group or makes a repeat lazy. */
const PLAIN = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:<?[=!]|:|<\w+>)|(?<=[*+?}])\?/g;

export function hostnamePattern(text: string): RegExp | Bad {
  if (text.length > LONGEST) return new Bad(`a pattern of more than ${LONGEST} characters`);
  const bare = text.replace(PLAIN, (plain) => (plain.startsWith('(') ? '(' : 'x'));
  if (/\)[*+{]/.test(bare)) return new Bad('a group cannot be repeated here');
  const bits = count(bare, /[*+{]/g) * BITS_OF_REPEAT + count(bare, /[?|]/g);
  if (bits > MOST_BITS) return new Bad('a pattern with too many repeats and choices');
  try {
    return new RegExp(text);
  } catch (error) {
    return new Bad((error as Error).message);
  }
}

function count(text: string, sign: RegExp): number {
  return text.match(sign)?.length ?? 0;
}
