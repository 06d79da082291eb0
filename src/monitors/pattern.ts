// One component of a path pattern, as glob(3) reads it: `*`, `?`, `[…]` and `\`. No regular expressions: what those would take
// for a pattern with many stars grows without bounds.

type OneChar = (char: string) => boolean;
type Token = '*' | OneChar;

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{L}\p{Nd}]/u,
  alpha: /\p{L}/u,
  blank: /[ \t]/,
  digit: /[0-9]/,
  lower: /\p{Ll}/u,
  punct: /[\p{P}\p{S}]/u,
  space: /\s/,
  upper: /\p{Lu}/u,
  xdigit: /[0-9A-Fa-f]/,
};

export function hasWildcards(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** A dot at the beginning of a name is matched only by a dot. */
export function compilePattern(pattern: string): (name: string) => boolean {
  const tokens = tokensOf([...pattern]);
  const wantsDot = pattern.startsWith('.') || pattern.startsWith('\\.');
  return (name) => (wantsDot || !name.startsWith('.')) && matches(tokens, [...name]);
}

/** Goes back to the last star only: an earlier one could not do better. */
function matches(tokens: readonly Token[], chars: readonly string[]): boolean {
  let token = 0;
  let char = 0;
  let star = -1;
  let resume = 0;
  while (char < chars.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = token++;
      resume = char;
    } else if (wanted?.(chars[char] ?? '')) {
      token++;
      char++;
    } else if (star >= 0) {
      token = star + 1;
      char = ++resume;
    } else return false;
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

function tokensOf(chars: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; ) {
    const [token, next] = tokenAt(chars, at);
    tokens.push(token);
    at = next;
  }
  return tokens;
}

function tokenAt(chars: readonly string[], at: number): readonly [Token, number] {
  const char = chars[at] ?? '';
  if (char === '*') return ['*', at + 1];
  if (char === '?') return [() => true, at + 1];
  if (char === '\\' && at + 1 < chars.length) return [literal(chars[at + 1] ?? ''), at + 2];
  return (char === '[' ? bracketAt(chars, at + 1) : undefined) ?? [literal(char), at + 1];
}

function literal(wanted: string): OneChar {
  return (char) => char === wanted;
}

/** `at`: behind the `[`. Undefined: no `]` follows, so that the `[` stands for itself. */
function bracketAt(chars: readonly string[], at: number): readonly [Token, number] | undefined {
  const negated = chars[at] === '!' || chars[at] === '^';
  const first = negated ? at + 1 : at;
  const members: OneChar[] = [];
  for (let next = first; next < chars.length; ) {
    // A `]` that comes first is a member.
    if (chars[next] === ']' && next > first) {
      return [(char) => members.some((member) => member(char)) !== negated, next + 1];
    }
    const [member, behind] = memberAt(chars, next);
    members.push(member);
    next = behind;
  }
  return undefined;
}

function memberAt(chars: readonly string[], at: number): readonly [OneChar, number] {
  const end = chars[at] === '[' && chars[at + 1] === ':' ? chars.indexOf(':', at + 2) : -1;
  if (end > 0 && chars[end + 1] === ']') {
    const known = CLASSES[chars.slice(at + 2, end).join('')];
    return [(char) => known?.test(char) ?? false, end + 2];
  }
  const from = chars[at] === '\\' ? at + 1 : at;
  const low = chars[from] ?? '';
  if (chars[from + 1] !== '-' || from + 2 >= chars.length || chars[from + 2] === ']') {
    return [literal(low), from + 1];
  }
  const to = chars[from + 2] === '\\' ? from + 3 : from + 2;
  return [within(low, chars[to] ?? ''), to + 1];
}

function within(low: string, high: string): OneChar {
  const from = low.codePointAt(0) ?? 0;
  const to = high.codePointAt(0) ?? 0;
  return (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code >= from && code <= to;
  };
}
