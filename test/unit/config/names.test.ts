import { expect, test } from 'vitest';
import { validVassalName } from '../../../src/config/names.ts';

test.each(['web', 'a b', 'a.b', '日本', 'é'.repeat(100), '-x'])('%j may be a name', (name) => {
  expect(validVassalName(name)).toBeUndefined();
});

test.each([
  ['', 'a vassal needs a name'],
  ['.web', 'the name of a vassal does not begin with a dot'],
  ['..', 'the name of a vassal does not begin with a dot'],
  ['a/b', 'the name of a vassal holds no `/`'],
  ['a\tb', 'the name of a vassal holds no control characters'],
  ['a\nb', 'the name of a vassal holds no control characters'],
  ['a\u001b[2Jb', 'the name of a vassal holds no control characters'],
  ['a\0', 'the name of a vassal holds no control characters'],
  ['a\ufffd', 'the name of a vassal holds no control characters'],
  [`é${'é'.repeat(100)}`, 'the name of a vassal has at most 200 bytes'],
])('%j may not: %s', (name, complaint) => {
  expect(validVassalName(name)).toBe(complaint);
});
