import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter, LONGEST_LINE } from '../../../src/output/lines.ts';

/** Pushes `chunks` through one reused buffer, as the Emperor does, and gives what came out. */
function split(chunks: readonly Uint8Array[]): Buffer[] {
  const blocks: Buffer[] = [];
  const splitter = new LineSplitter((block) => blocks.push(Buffer.from(block)));
  const reused = Buffer.alloc(Math.max(1, ...chunks.map((chunk) => chunk.length)));
  for (const chunk of chunks) {
    reused.fill(0x21).set(chunk);
    splitter.push(reused.subarray(0, chunk.length));
  }
  splitter.flush();
  return blocks;
}

function cutInto(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
}

/** Bytes with newlines here and there, some lines longer than the limit. */
const output = fc
  .array(fc.tuple(fc.oneof(fc.nat(40), fc.nat(3 * LONGEST_LINE)), fc.constantFrom('x', 'ü', '漢', '😀')), {
    maxLength: 8,
  })
  .map((lines) => Buffer.from(lines.map(([length, letter]) => letter.repeat(length)).join('\n')));

describe('LineSplitter', () => {
  test('loses, adds and reorders nothing, however the bytes are cut', () => {
    fc.assert(
      fc.property(output, fc.array(fc.nat(70_000), { maxLength: 10 }), (bytes, sizes) => {
        expect(Buffer.concat(split(cutInto(bytes, sizes))).equals(bytes)).toBe(true);
      }),
    );
  });

  test('gives only whole lines, but for the last and those that are too long', () => {
    fc.assert(
      fc.property(output, fc.array(fc.nat(70_000), { maxLength: 10 }), (bytes, sizes) => {
        for (const block of split(cutInto(bytes, sizes)).slice(0, -1)) {
          expect(block.length).toBeGreaterThan(0);
          expect(block.length).toBeLessThanOrEqual(LONGEST_LINE);
          if (block.at(-1) !== 10) expect(block.length).toBeGreaterThan(LONGEST_LINE - 4);
        }
      }),
    );
  });

  test('never cuts a character of a long line in two', () => {
    fc.assert(
      fc.property(output, fc.array(fc.nat(70_000), { maxLength: 10 }), (bytes, sizes) => {
        for (const block of split(cutInto(bytes, sizes))) expect(block.toString()).not.toContain('\ufffd');
      }),
    );
  });

  test('a line that comes byte by byte is one line', () => {
    const bytes = Buffer.from('ünfinished\nnext');
    expect(split([...bytes].map((byte) => Buffer.from([byte]))).map(String)).toEqual([
      'ünfinished\n',
      'next',
    ]);
  });

  test('bytes that are no UTF-8 are cut at the limit', () => {
    const blocks = split([Buffer.alloc(LONGEST_LINE + 1, 0x80)]);
    expect(blocks.map((block) => block.length)).toEqual([LONGEST_LINE, 1]);
  });
});
