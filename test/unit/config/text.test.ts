import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterBlanks,
  beforeBlanks,
  codePointName,
  columnAt,
  isBlank,
  trimBlanks,
  visible,
} from '../../../src/config/dialect/text.ts';

test('columns count code points, lone surrogates too', () => {
  expect([0, 1, 3, 4].map((index) => columnAt('a😀b', index))).toEqual([1, 2, 3, 4]);
  expect(columnAt('\ud83dx', 1)).toBe(2);
  expect(columnAt('\ude00x', 1)).toBe(2);
  expect(columnAt('\ud83dxy', 2)).toBe(3);
  expect(columnAt('a\ud800\udc00\udbff\udfff', 5)).toBe(4);
  expect(columnAt('\ue000\ud7ff\uffff', 3)).toBe(4);
});

test('a column is the number of code points before it, and one', () => {
  const unit = fc.constantFrom('a', 'é', '日', '😀', '\u0301');
  fc.assert(
    fc.property(fc.string({ unit }), fc.string({ unit }), (before, after) => {
      expect(columnAt(before + after, before.length)).toBe([...before].length + 1);
    }),
  );
});

test('blanks are those of uWSGI', () => {
  expect([' ', '\t', '\r'].every(isBlank)).toBe(true);
  expect(['\u00a0', '\n', '\v', 'a', undefined].some(isBlank)).toBe(false);
  expect([afterBlanks(' \ta b\r '), beforeBlanks(' \ta b\r ')]).toEqual([2, 5]);
  expect([afterBlanks('a b c', 1, 4), beforeBlanks('a b c', 2, 4)]).toEqual([2, 3]);
  expect([afterBlanks('   '), beforeBlanks('   ', 3), beforeBlanks('   ')]).toEqual([3, 3, 0]);
  expect(trimBlanks('\u00a0a ')).toBe('\u00a0a');
});

test('names of characters that cannot be shown', () => {
  expect(codePointName('\u0007')).toBe('U+0007');
  expect(codePointName('😀')).toBe('U+1F600');
});

test('a line without its carriage return', () => {
  expect([visible('a\r'), visible('a\r '), visible('\r')]).toEqual(['a', 'a\r ', '']);
});
