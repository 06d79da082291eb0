import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneLine, readable } from '../../../src/output/escape.ts';

const read = (text: string) => readable(Buffer.from(text, 'latin1'));

describe('readable', () => {
  test('escapes what could move a cursor, keeps tabs and newlines', () => {
    expect(read('\x1b[31mred\x1b[0m\tand\x00\x7f\n')).toBe('\\x1b[31mred\\x1b[0m\tand\\x00\\x7f\n');
  });

  test('escapes the second set of controls, which some terminals obey', () => {
    expect(readable(Buffer.from('a\u009b2Jb'))).toBe('a\\x9b2Jb');
  });

  test('replaces bytes that are no UTF-8 and keeps those that are', () => {
    expect(readable(Buffer.from([0x61, 0xff, 0xc3, 0xbc, 0xc3]))).toBe('a\ufffdü\ufffd');
  });

  test('takes CR LF for a line end and escapes a lone CR', () => {
    expect(read('one\r\n50%\r100%\x1b\r\n')).toBe('one\n50%\\x0d100%\\x1b\n');
  });

  test('never lets a control through, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readable(Buffer.from(bytes))).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      }),
    );
  });
});

test('oneLine gives one line', () => {
  expect(oneLine('a\u2028b\u202ec\u2066')).toBe('a\\u2028b\\u202ec\\u2066');
  expect(oneLine('a\nb\x1bc\r\nd')).toBe('a\\nb\\x1bc\\nd');
});
