// Texts that were good before somebody's hand slipped: what is read far before it is refused.
import fc from 'fast-check';

const STRANGE = [
  '',
  '\0',
  '\r',
  '\t',
  '\u001b[2J',
  '\u009b',
  '\u2028',
  '%',
  '%(',
  '$(',
  '@(',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '=',
  '-',
  '..',
  '/',
  '99999999999999999999',
  '-1',
  '1e9',
  '😀',
  '\ud800',
];

interface Wound {
  readonly at: number;
  readonly length: number;
  readonly put: string;
}

const wound = fc.record<Wound>({
  at: fc.nat({ max: 4000 }),
  length: fc.nat({ max: 12 }),
  put: fc.oneof(fc.constantFrom(...STRANGE), fc.string({ maxLength: 6 })),
});

/** One of `texts`, changed in a few places. */
export function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...texts), fc.array(wound, { maxLength: 4 })).map(([text, wounds]) => {
    let changed = text;
    for (const { at, length, put } of wounds) {
      const from = at % (changed.length + 1);
      changed = changed.slice(0, from) + put + changed.slice(from + length);
    }
    return changed;
  });
}

/** The same of bytes. */
export function damagedBytes(texts: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const bite = fc.record({
    at: fc.nat({ max: 4000 }),
    length: fc.nat({ max: 8 }),
    put: fc.uint8Array({ maxLength: 8 }),
  });
  return fc.tuple(fc.constantFrom(...texts), fc.array(bite, { maxLength: 4 })).map(([bytes, bites]) => {
    let changed = Buffer.from(bytes);
    for (const { at, length, put } of bites) {
      const from = at % (changed.length + 1);
      changed = Buffer.concat([changed.subarray(0, from), put, changed.subarray(from + length)]);
    }
    return changed;
  });
}
