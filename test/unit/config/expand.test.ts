import { describe, expect, test } from 'vitest';
import { type Expansions, expand, referredKeys } from '../../../src/config/dialect/expand.ts';
import { Bad } from '../../../src/config/problems/bad.ts';

const KEYS: Readonly<Record<string, string>> = { a: '5', b: '3', name: 'web', word: 'x1', percent: '%n' };
const ENV: Readonly<Record<string, string>> = { HOME: '/root', EMPTY: '' };
const unset: string[] = [];
const BY: Expansions = {
  magic: (letter) => ({ n: 'web', d: '/v/', '%': '%' })[letter],
  key: (name) => KEYS[name],
  env: (name) => ENV[name],
  file: (path) => (path === '/none' ? new Bad('cannot read /none') : `<${path}>`),
  unset: (name) => unset.push(name),
};

function expanded(text: string): string {
  const value = expand(text, BY);
  if (!(value instanceof Bad)) return value;
  const { from, to, suggestion } = value.options;
  return `bad ${from}-${to}: ${value.message}${suggestion ? ` → ${suggestion}` : ''}`;
}

describe('magic', () => {
  test.each([
    ['%n.ini', 'web.ini'],
    ['%d%n', '/v/web'],
    ['50%%', '50%'],
    ['%%n', '%n'],
    ['%%%n', '%web'],
    ['a % b', 'bad 2-4: `% ` is no magic variable; a percent sign is written `%%` → %% '],
    ['100%', 'bad 3-4: a lone `%` at the end; a percent sign is written `%%` → %%'],
    ['%z', 'bad 0-2: `%z` is no magic variable; a percent sign is written `%%` → %%z'],
    ['%😀', 'bad 0-3: `%😀` is no magic variable; a percent sign is written `%%` → %%😀'],
  ])('%j → %j', (text, result) => {
    expect(expanded(text)).toBe(result);
  });
});

describe('keys', () => {
  test.each([
    ['%(name)', 'web'],
    ['<%(name)>%(a)', '<web>5'],
    ['%(percent)', '%n'],
    ['%%(name)', '%(name)'],
    ['%(nope)', 'bad 0-7: `%(nope)` refers to a key that is nowhere set'],
    ['x%(name', 'bad 1-7: `)` is missing'],
    ['%()', 'bad 0-3: `%()` refers to a key that is nowhere set'],
  ])('%j → %j', (text, result) => {
    expect(expanded(text)).toBe(result);
  });
});

describe('arithmetic: left to right, words apart', () => {
  test.each([
    ['%(a + b)', '8'],
    ['%(a + b * 2)', '16'],
    ['%(a - b)', '2'],
    ['%(b - a)', '-2'],
    ['%(a / 2)', '2'],
    ['%(a / 0)', '0'],
    ['%(a ++)', '6'],
    ['%(a --)', '4'],
    ['%(name a)', 'web5'],
    ['%(word + 1)', '1'],
    ['%(a + -2)', '3'],
    ['%(a  +  b)', '8'],
    ['%(a + nope)', 'bad 0-11: `%(nope)` refers to a key that is nowhere set'],
    ['%(9007199254740991 + 1)', 'bad 0-23: `%(9007199254740991 + 1)` is too large a number'],
  ])('%j → %j', (text, result) => {
    expect(expanded(text)).toBe(result);
  });
});

describe('environment', () => {
  test.each([
    ['$(HOME)/x', '/root/x'],
    ['$(EMPTY)', ''],
    ['$(EMPTY:-d)', 'd'],
    ['$(EMPTY-d)', ''],
    ['$(NOPE-d)', 'd'],
    ['$(NOPE:-%n/$(HOME))', 'web//root'],
    ['$(NOPE:-)', ''],
    ['$(NOPE)', '$(NOPE)'],
    ['$(date +%%s)', '$(date +%s)'],
    ['$HOME', '$HOME'],
    ['$(HOME', '$(HOME'],
    ['$((1+2))', '$((1+2))'],
  ])('%j → %j', (text, result) => {
    expect(expanded(text)).toBe(result);
  });

  test('what is not set is told', () => {
    unset.length = 0;
    expanded('$(HOME) $(NOPE) $(X-y)');
    expect(unset).toEqual(['NOPE']);
  });
});

describe('files', () => {
  test.each([
    ['@(a)', '<a>'],
    ['x@(%d%n.txt)y', 'x</v/web.txt>y'],
    ['@(a(b)c)', '<a(b)c>'],
    ['@(@(a))', '<<a>>'],
    ['me@host', 'me@host'],
    ['@(a', '@(a'],
    ['ab@(/none)', 'bad 2-10: cannot read /none'],
  ])('%j → %j', (text, result) => {
    expect(expanded(text)).toBe(result);
  });
});

describe('bounds', () => {
  test('what grows beyond a mebibyte is bad', () => {
    const value = expand('%(big)%(big)', { ...BY, key: () => 'x'.repeat(600_000) });
    expect(value).toMatchObject({ message: 'the value grows beyond 1 MiB', options: { from: 6, to: 12 } });
  });

  test('a mebibyte is not too much', () => {
    expect(expand('%(big)', { ...BY, key: () => 'x'.repeat(1024 * 1024) })).toHaveLength(1024 * 1024);
  });

  test.each([
    ['@(', ')'],
    ['$(A:-', ')'],
  ])('sixteen %j inside one another are fine, more are not', (open, close) => {
    const nested = (depth: number) => expanded(`${open.repeat(depth)}x${close.repeat(depth)}`);
    expect(nested(16)).not.toContain('bad');
    expect(nested(17)).toContain('more than 16 placeholders inside one another');
  });

  test('depth has an end', () => {
    expect(expanded(`${'@('.repeat(10_000)}x${')'.repeat(10_000)}`)).toContain(
      'more than 16 placeholders inside one another',
    );
  });

  test.each(['$(', '%(', '@(', '$(a', '(', '%('])('a mebibyte of %j takes no quadratic time', (part) => {
    const text = part.repeat(1024 * 512);
    const start = performance.now();
    expand(text, BY);
    referredKeys(text);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

test('the keys that a value refers to', () => {
  expect(referredKeys('%(a) %(b + 1) $(C) %(d')).toEqual(['a', 'b', '+', '1']);
});
