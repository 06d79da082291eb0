// When files count as gone, by the clock.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Vanishing } from '../../../src/monitors/vanishing.ts';

const TIMES = { settleMs: 20, massMs: 5000 };
const names = (count: number) => Array.from({ length: count }, (_, i) => `/v/${i}.ini`);

describe('a few', () => {
  test('are believed when no other has followed for 20 ms', () => {
    const vanishing = new Vanishing(TIMES);
    expect(vanishing.judge(['a'], 5, 100)).toEqual({ gone: [], againMs: 20, message: null });
    expect(vanishing.judge(['a'], 5, 110)).toEqual({ gone: [], againMs: 10, message: null });
    expect(vanishing.judge(['a', 'b'], 5, 115)).toEqual({ gone: [], againMs: 20, message: null });
    expect(vanishing.isSettling).toBe(true);
    expect(vanishing.judge(['a', 'b'], 5, 135)).toEqual({
      gone: ['a', 'b'],
      againMs: undefined,
      message: null,
    });
    expect(vanishing.isSettling).toBe(false);
  });

  test('count from the moment of the first suspicion', () => {
    const vanishing = new Vanishing(TIMES);
    vanishing.suspect('a', 100);
    expect(vanishing.judge(['a'], 5, 120).gone).toEqual(['a']);
  });

  test('that are back are forgotten', () => {
    const vanishing = new Vanishing(TIMES);
    vanishing.judge(['a'], 5, 100);
    expect(vanishing.judge([], 5, 120)).toEqual({ gone: [], againMs: undefined, message: null });
    expect(vanishing.judge(['a'], 5, 121).gone).toEqual([]);
    expect(vanishing.judge(['a', 'b'], 5, 122).againMs).toBe(20);
    expect(vanishing.judge(['a'], 5, 130).againMs).toBe(12);
    expect(vanishing.judge(['a', 'b'], 5, 135).againMs).toBe(20);
  });

  test('are waited for while there is more to look at, though not for ever', () => {
    const vanishing = new Vanishing(TIMES);
    for (let at = 0; at < 5000; at += 10) expect(vanishing.judge(['a'], 5, at, true).gone).toEqual([]);
    expect(vanishing.judge(['a'], 5, 5000, true).gone).toEqual(['a']);
  });
});

describe('most of ten or more', () => {
  test('are believed after 5 s, and it is said', () => {
    const vanishing = new Vanishing(TIMES);
    const most = names(8);
    vanishing.judge(most, 10, 0);
    const message = '8 of 10 files are gone: waiting 5 s before believing it';
    expect(vanishing.judge(most, 10, 20)).toEqual({ gone: [], againMs: 5000, message });
    expect(vanishing.isSettling).toBe(false);
    expect(vanishing.judge(most, 10, 5019)).toEqual({ gone: [], againMs: 1, message });
    expect(vanishing.judge(most, 10, 5020)).toEqual({ gone: most, againMs: undefined, message: null });
  });

  test('that come back in time but for one: that one is gone', () => {
    const vanishing = new Vanishing(TIMES);
    vanishing.judge(names(8), 10, 0);
    vanishing.judge(names(8), 10, 20);
    expect(vanishing.judge(names(1), 10, 1000)).toEqual({
      gone: names(1),
      againMs: undefined,
      message: null,
    });
  });

  test.each([
    [5, 10, false],
    [6, 10, true],
    [9, 9, false],
    [10, 10, true],
  ])('%i of %i: held back is %s', (missing, total, held) => {
    const vanishing = new Vanishing(TIMES);
    vanishing.judge(names(missing), total, 0);
    expect(vanishing.judge(names(missing), total, 20).gone).toHaveLength(held ? 0 : missing);
  });
});

test('whatever happens, only what is missing is gone, and something is always decided in the end', () => {
  const step = fc.record({
    missing: fc.uniqueArray(fc.integer({ min: 0, max: 11 })),
    afterMs: fc.integer({ min: 0, max: 3000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const vanishing = new Vanishing(TIMES);
      let nowMs = 0;
      for (const { missing, afterMs } of steps) {
        nowMs += afterMs;
        const paths = missing.map(String);
        const verdict = vanishing.judge(paths, 12, nowMs);
        for (const path of verdict.gone) expect(paths).toContain(path);
        if (paths.length > 0 && verdict.gone.length === 0) expect(verdict.againMs).toBeGreaterThan(0);
      }
      expect(vanishing.judge(['x'], 12, nowMs + 20_000).gone.length + 1).toBeGreaterThan(0);
      expect(vanishing.judge(['x'], 12, nowMs + 40_000).gone).toEqual(expect.any(Array));
    }),
  );
});
