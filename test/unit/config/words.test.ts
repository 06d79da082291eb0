import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords, type Words } from '../../../src/config/dialect/words.ts';
import { Bad } from '../../../src/config/problems/bad.ts';

function words(text: string): readonly string[] {
  return (splitWords(text) as Words).words;
}

test.each([
  ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
  ['  a  ', ['a']],
  ['', []],
  [`'a b' "c d"`, ['a b', 'c d']],
  [`a'b'"c"d`, ['abcd']],
  [`'' ""`, ['', '']],
  [`'\\n"$x'`, ['\\n"$x']],
  [`"\\" \\\\ \\$ \\\` \\n '"`, ['" \\ $ ` \\n \'']],
  ['a\\ b \\\' \\"', ['a b', "'", '"']],
  ['sh -c "echo $HOME; exit 3"', ['sh', '-c', 'echo $HOME; exit 3']],
  ['a;b #c', ['a;b', '#c']],
])('%j', (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test.each([
  [`a 'b`, `unbalanced '`, 2],
  [`ab "c\\"`, 'unbalanced "', 3],
  ['a \\', 'a lone \\ at the end: there are no continuation lines', 2],
])('%j is bad, and where', (text, message, from) => {
  expect(splitWords(text)).toEqual(new Bad(message, { code: 'unbalanced-quote', from }));
});

test.each([
  ['a | b', '|'],
  ['| a', '|'],
  ['a && b || c', '&&'],
  ['a > b', '>'],
  ['a 2>&1', '2>&1'],
  ['a ; b', ';'],
  ['a < b', '<'],
  ['a &', '&'],
  ['a 2>> b', '2>>'],
])('%j looks like shell', (text, shellWord) => {
  expect(splitWords(text)).toMatchObject({ shellWord });
});

test.each([`a '|' b`, 'a \\| b', 'a b|c', 'a "&&"', 'a -> b', '<<x'])('%j does not', (text) => {
  expect(splitWords(text)).toMatchObject({ shellWord: undefined });
});

test('any words, quoted as a shell quotes, come back as they were', () => {
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii' })), (list) => {
      expect(words(list.map(quoted).join(' '))).toEqual(list);
    }),
  );
});
