// `%x`, `%(key)`, `%(a + 1)`, `$(ENV)`, `@(file)` in one value. What comes out is not looked at again: a `%` in a secret
// file stays a `%`. What stands between the parentheses of `@(…)` is expanded first.
import { Bad } from '../problems/bad.ts';

export interface Expansions {
  magic(letter: string): string | undefined;
  /** Value of another key; undefined: there is none. */
  key(name: string): string | Bad | undefined;
  env(name: string): string | undefined;
  file(path: string): string | Bad;
  /** `$(NAME)` with nothing behind it stays as it is, which is worth a word. */
  unset(name: string): void;
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
  if (!part.startsWith('(', 1)) return by.magic(part.slice(1)) ?? unknownMagic(part);
  if (!part.endsWith(')')) return new Bad('`)` is missing');
  const inside = part.slice(2, -1);
  if (part.startsWith('%')) return inside.includes(' ') ? arithmetic(inside, by) : named(inside, by);
  if (part.startsWith('$')) return environment(part, inside, by, depth);
  const path = expand(inside, by, depth + 1);
  return path instanceof Bad ? path : by.file(path);
}

function unknownMagic(part: string): Bad {
  if (part === '%')
    return new Bad('a lone `%` at the end; a percent sign is written `%%`', { suggestion: '%%' });
  return new Bad(`\`${part}\` is no magic variable; a percent sign is written \`%%\``, {
    suggestion: `%${part}`,
  });
}

function environment(part: string, inside: string, by: Expansions, depth: number): string | Bad | undefined {
  const [, name, operator, fallback] = ENVIRONMENT.exec(inside) ?? [];
  if (name === undefined) return undefined;
  const value = by.env(name);
  if (value !== undefined && (value !== '' || operator !== ':-')) return value;
  if (fallback !== undefined) return expand(fallback, by, depth + 1);
  by.unset(name);
  return part;
}

function named(name: string, by: Expansions): string | Bad {
  return by.key(name) ?? new Bad(`\`%(${name})\` refers to a key that is nowhere set`);
}

type Operator = (a: number, b: number) => number;
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0 ? 0 : Math.trunc(a / b))],
]);
const STEPS: ReadonlyMap<string, number> = new Map([
  ['++', 1],
  ['--', -1],
]);

/** Left to right, words apart, integers; two operands with nothing between them are joined (uwsgi_manage_placeholder). */
function arithmetic(inside: string, by: Expansions): string | Bad {
  let result = '';
  let operator: Operator | undefined;
  for (const word of inside.split(' ').filter(Boolean)) {
    const step = STEPS.get(word);
    if (step !== undefined) {
      result = String(integer(result) + step);
      operator = undefined;
      continue;
    }
    const next = OPERATORS.get(word);
    if (next) {
      operator = next;
      continue;
    }
    const operand = /^-?\d+$/.test(word) ? word : named(word, by);
    if (operand instanceof Bad) return operand;
    const number = operator?.(integer(result), integer(operand));
    if (number !== undefined && !Number.isSafeInteger(number))
      return new Bad(`\`%(${inside})\` is too large a number`);
    result = number === undefined ? result + operand : String(number);
    operator = undefined;
  }
  return result;
}

/** As strtoll(3): the digits in front, else 0. */
function integer(text: string): number {
  const number = Number.parseInt(text, 10);
  return Number.isSafeInteger(number) ? number : 0;
}
