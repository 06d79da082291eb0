import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../../src/output/block.ts';
import { MOST_BYTES, MOST_LINES, Ring } from '../../../src/output/ring.ts';

const BLOCK = 16 * 1024;
/** Blocks of 1 to many numbered lines, padded to various lengths. */
const blocks = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(400)), { maxLength: 1500, size: 'max' })
  .map((shapes) => {
    let next = 0;
    return shapes.map(([count, padding]) =>
      Array.from({ length: count }, () => `${next++} ${'.'.repeat(padding)}`),
    );
  });

function filled(all: readonly (readonly string[])[]): Ring {
  const ring = new Ring();
  for (const lines of all) ring.push(blockOf(lines));
  return ring;
}

function blockOf(lines: readonly string[]): Block {
  return { at: 1, seq: 0, stream: 'out', bytes: Buffer.from(`${lines.join('\n')}\n`), lines: lines.length };
}

/** How many of the newest lines fit whatever the blocks are: the oldest block may be dropped for one byte. */
function fitting(lines: readonly string[]): number {
  let room = MOST_BYTES - BLOCK;
  let count = 0;
  for (const line of lines.slice(-MOST_LINES).reverse()) {
    room -= line.length + 1;
    if (room < 0) break;
    count++;
  }
  return count;
}

describe('Ring', () => {
  test('gives the newest lines in their order, as many as the bounds allow', () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: 1, max: 1200 }), (all, count) => {
        const given = filled(all)
          .lines('web', count)
          .map((line) => line.text);
        const lines = all.flat();
        expect(given).toEqual(lines.slice(lines.length - given.length));
        expect(given.length).toBeGreaterThanOrEqual(Math.min(count, fitting(lines)));
        expect(given.length).toBeLessThanOrEqual(Math.min(count, MOST_LINES));
      }),
      { numRuns: 30 },
    );
  });

  test('holds no more than its bytes', () => {
    const ring = filled(Array.from({ length: 100 }, () => ['x'.repeat(BLOCK - 1)]));
    expect(ring.lines('web', MOST_LINES)).toHaveLength(MOST_BYTES / BLOCK);
  });

  test('tells who said a line and when, and gives nothing for zero', () => {
    const ring = new Ring();
    ring.push({ at: 1.5, seq: 7, stream: 'tsjail', bytes: Buffer.from('exited\n'), lines: 1 });
    expect(ring.lines('web', 1)).toEqual([
      { at: 1.5, seq: 7, vassal: 'web', stream: 'tsjail', text: 'exited' },
    ]);
    expect(ring.lines('web', 0)).toEqual([]);
    expect(new Ring().lines('web', 5)).toEqual([]);
  });

  test('is the same after it was written down and read, and each line has a number of its own', () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const ring = new Ring();
        let seq = 1;
        for (const lines of all) {
          ring.push({ ...blockOf(lines), seq });
          seq += lines.length;
        }
        const resumed = new Ring();
        resumed.resume(JSON.parse(JSON.stringify(ring.records)));
        const given = resumed.lines('web', MOST_LINES);
        expect(given).toEqual(ring.lines('web', MOST_LINES));
        expect(given.map((line) => line.seq)).toEqual(given.map((_, index) => seq - given.length + index));
      }),
      { numRuns: 10 },
    );
  });

  test('the bytes of a block may be reused, and one that is larger than all of it leaves nothing', () => {
    const ring = new Ring();
    const bytes = Buffer.from('one\n');
    ring.push({ ...blockOf(['one']), bytes });
    bytes.fill('x');
    expect(ring.lines('web', 1)[0]?.text).toBe('one');
    ring.push(blockOf(['x'.repeat(MOST_BYTES)]));
    expect(ring.lines('web', 1)).toEqual([]);
    ring.push(blockOf(['two']));
    expect(ring.lines('web', 5).map(({ text }) => text)).toEqual(['two']);
  });
});
