import { expect, test } from 'vitest';
import { unquote } from '../../../src/config/dialect/unquote.ts';

test.each([
  ['"a b"', 'a b'],
  [`'a b'`, 'a b'],
  ['""', ''],
  [`''`, ''],
  ['"a\\nb\\"c"', 'a\nb"c'],
  ['"C:\\dir"', 'C:\\dir'],
  [`'[1,2]'`, '[1,2]'],
  ['"true"', 'true'],
  ['"null"', 'null'],
  ['"a ; b # c = d"', 'a ; b # c = d'],
  ['"[x]"', '[x]'],
  ['"a\nb"', 'a\nb'],
])('%j', (text, expected) => {
  expect(unquote(text)).toBe(expected);
});

test.each(['', '"', `'`, 'a', '"a', `"a'`, '"a" "b"', `'a' 'b'`, 'a"b"', '__proto__'])(
  '%j has no quotes around all of it',
  (text) => {
    expect(unquote(text)).toBeUndefined();
  },
);
