// `%x`, `%(key)`, `%(a + 1)`, `$(ENV)`, `@(file)` in one value. What comes out is not looked at again: a `%` in a secret
// file stays a `%`. What stands between the parentheses of `%(…)` and `@(…)` is expanded first.
import { Bad } from '../problems/bad.ts';

/** What is left out of these is ordinary text. */
export interface Expansions {
  readonly magic?: (letter: string) => string | Bad | undefined;
  /** Value of another key; undefined: there is none. */
  readonly key?: (name: string) => string | Bad | undefined;
  readonly env?: (name: string) => string | undefined;
  readonly file?: (path: string) => string | Bad;
  /** `$(NAME)` with nothing behind it stays as it is, which is worth a word. */
  readonly unset?: (name: string) => void;
}

/** Twenty keys that each name the next one twice would make a gigabyte. */
const LONGEST = 1024 * 1024;
/** `@(@(…))`: every level is a call of its own. */
const DEEPEST = 16;
const OPENING = /[%$@]/;
const ENVIRONMENT = /^([A-Za-z_]\w*)(?:(:?-)([\s\S]*))?$/;
/** `50%` says what it means: there is nothing behind the sign that it could stand for. */
const PERCENTAGE = /^\d+(\.\d+)? ?%$/;

/** Cheap test for the many values that have nothing to expand. */
export function needsExpansion(text: string): boolean {
  return OPENING.test(text) && !PERCENTAGE.test(text);
}

/** Names of the keys that `%(…)` of `text` refers to. */
export function referredKeys(text: string): string[] {
  return [...text.matchAll(/%\(([^()]*)\)/g)].flatMap(([, inside = '']) => inside.split(' ').filter(Boolean));
}

export function expand(text: string, by: Expansions, depth = 0): string | Bad {
  if (depth > DEEPEST) return new Bad(`more than ${DEEPEST} placeholders inside one another`);
  const closings = matchParentheses(text);
  let out = '';
  for (let i = 0; i < text.length; ) {
    const char = text[i] ?? '';
    const part = partAt(text, i, closings);
    const value = part === undefined ? undefined : expandOne(part, by, depth);
    if (part === undefined || value === undefined) {
      out += char;
      i++;
      continue;
    }
    const to = i + part.length;
    if (value instanceof Bad) {
      return new Bad(value.message, { code: 'bad-placeholder', ...value.options, from: i, to });
    }
    out += value;
    if (out.length > LONGEST)
      return new Bad('the value grows beyond 1 MiB', { code: 'bad-placeholder', from: i, to });
    i = to;
  }
  return out;
}

/** From the index of each `(` to that of its `)`. All at once: to look for each takes quadratic time on `$($($(…`. */
function matchParentheses(text: string): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') open.push(i);
    const opening = text[i] === ')' ? open.pop() : undefined;
    if (opening !== undefined) closings.set(opening, i);
  }
  return closings;
}

/** What may be expanded at `i`: `%x`, or a sign with its parentheses; undefined: an ordinary character. */
function partAt(text: string, i: number, closings: ReadonlyMap<number, number>): string | undefined {
  const sign = text[i];
  if (sign !== '%' && sign !== '$' && sign !== '@') return undefined;
  if (text[i + 1] === '(') {
    const close = closings.get(i + 1);
    if (close !== undefined) return text.slice(i, close + 1);
    return sign === '%' ? text.slice(i) : undefined;
  }
  const letter = text.codePointAt(i + 1);
  return sign === '%' ? `%${letter === undefined ? '' : String.fromCodePoint(letter)}` : undefined;
}

/** Undefined: this is no placeholder of ours, but text such as a shell's `$(date)`. */
function expandOne(part: string, by: Expansions, depth: number): string | Bad | undefined {
  if (!part.startsWith('(', 1)) return by.magic && (by.magic(part.slice(1)) ?? unknownMagic(part));
  const inside = part.slice(2, -1);
  if (part.startsWith('$')) return by.env && environment(part, inside, by.env, by, depth);
  if (part.startsWith('@')) return by.file && fileText(inside, by.file, by, depth);
  if (by.key === undefined) return undefined;
  return part.endsWith(')') ? reference(inside, by.key, by, depth) : new Bad('`)` is missing');
}

function fileText(
  inside: string,
  file: (path: string) => string | Bad,
  by: Expansions,
  depth: number,
): string | Bad {
  const path = expand(inside, by, depth + 1);
  return path instanceof Bad ? path : file(path);
}

type Key = NonNullable<Expansions['key']>;

function reference(inside: string, key: Key, by: Expansions, depth: number): string | Bad {
  const text = OPENING.test(inside) ? expand(inside, by, depth + 1) : inside;
  if (text instanceof Bad) return text;
  return text.includes(' ') ? arithmetic(text, key) : named(text, key);
}

function unknownMagic(part: string): Bad {
  if (part === '%')
    return new Bad('a lone `%` at the end; a percent sign is written `%%`', { suggestion: '%%' });
  return new Bad(`\`${part}\` is no magic variable; a percent sign is written \`%%\``, {
    suggestion: `%${part}`,
  });
}

function environment(
  part: string,
  inside: string,
  env: (name: string) => string | undefined,
  by: Expansions,
  depth: number,
): string | Bad | undefined {
  const [, name, operator, fallback] = ENVIRONMENT.exec(inside) ?? [];
  if (name === undefined) return undefined;
  const value = env(name);
  if (value !== undefined && (value !== '' || operator !== ':-')) return value;
  if (fallback !== undefined) return expand(fallback, by, depth + 1);
  by.unset?.(name);
  return part;
}

function named(name: string, key: Key): string | Bad {
  return key(name) ?? new Bad(`\`%(${name})\` refers to a key that is nowhere set`);
}

type Operator = (a: number, b: number) => number;
const ADD: Operator = (a, b) => a + b;
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['+', ADD],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0 ? 0 : Math.trunc(a / b))],
]);
const STEPS: ReadonlyMap<string, number> = new Map([
  ['++', 1],
  ['--', -1],
]);

/** Left to right, words apart, integers; two operands with nothing between them are joined (uwsgi_manage_placeholder). */
function arithmetic(inside: string, key: Key): string | Bad {
  const tooLarge = () => new Bad(`\`%(${inside})\` is too large a number`);
  let result: string | undefined;
  let operator: Operator | undefined;
  for (const word of inside.split(' ').filter(Boolean)) {
    const next = OPERATORS.get(word);
    if (next) {
      operator = next;
      continue;
    }
    const step = STEPS.get(word);
    if (step !== undefined && result === undefined) continue;
    const operand = step === undefined ? operandOf(word, key) : String(step);
    if (operand instanceof Bad) return operand;
    const act = step === undefined ? operator : ADD;
    operator = undefined;
    if (act === undefined) {
      result = (result ?? '') + operand;
      continue;
    }
    const [a, b] = [integer(result ?? ''), integer(operand)];
    const number = act(a, b);
    if (![a, b, number].every(Number.isSafeInteger)) return tooLarge();
    result = String(number);
  }
  return result ?? new Bad(`\`%(${inside})\` has nothing to reckon with`);
}

function operandOf(word: string, key: Key): string | Bad {
  return /^-?\d+$/.test(word) ? word : named(word, key);
}

/** As strtoll(3): the digits in front, else 0. */
function integer(text: string): number {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? 0 : number;
}
