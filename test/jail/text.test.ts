// What the addon says of the bytes that vassals print is what src/output/escape.ts says of them, in plainer words.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { readable } from '../../src/output/escape.ts';
import { safeLines } from '../../src/output/text-system.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { PLAIN_TEXT_SYSTEM } from '../helpers/text-system.ts';

const native = loadNative(ADDON_PATH);
/** Long enough for vectors, and for more newlines than a byte can count; what has to be escaped may be anywhere. */
const text = fc
  .tuple(
    fc.constantFrom('x', '\n', 'ü', '漢', '😀', '\u00a0', '\u2027', '\u202f', '\u2065', '\u206a'),
    fc.nat(700),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.nat(100),
  )
  .map(([letter, before, odd, after]) => Buffer.from(letter.repeat(before) + odd + letter.repeat(after)));

test('newlines are counted, however many there are', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 600 })), (bytes) => {
      expect(native.countNewlines(bytes)).toBe(PLAIN_TEXT_SYSTEM.countNewlines(bytes));
    }),
  );
});

test('text is plain that escape.ts would leave as it is', () => {
  fc.assert(
    fc.property(text, (bytes) => {
      expect(native.isPlain(bytes)).toBe(readable(bytes) === bytes.toString());
    }),
  );
});

test('every character that has to be escaped is found, and no other is taken for one', () => {
  for (let code = 0; code < 0x3000; code++) {
    const bytes = Buffer.from(`${'x'.repeat(40)}${String.fromCharCode(code)}`);
    expect(native.isPlain(bytes), code.toString(16)).toBe(readable(bytes) === bytes.toString());
  }
});

test('lines are made safe, whatever comes, as escape.ts makes them', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (bytes) => {
      const safe = readable(bytes);
      expect(safeLines(native, bytes).toString()).toBe(safe.endsWith('\n') ? safe : `${safe}\n`);
    }),
  );
});
