import { describe, expect, test } from 'vitest';
import { ANNA, config, wrong } from './helpers.ts';

test.each([
  ['prio = -1', '2:8-10 needs-root: a negative `prio` needs root'],
  [
    'oom-score-adj = -1',
    "2:17-19 needs-root: without root oom-score-adj cannot be lower than the daemon's own, 0",
  ],
])('%s', (line, problem) => {
  expect(wrong([line], { facts: ANNA })).toEqual([problem]);
  expect(wrong([line])).toEqual([]);
});

test.each(['prio = 0', 'oom-score-adj = 0'])('%s needs no root', (line) => {
  expect(wrong([line], { facts: ANNA })).toEqual([]);
});

test('the daemon’s own oom_score_adj is the least', () => {
  const facts = { ...ANNA, oomScoreAdj: 200 };
  expect(wrong(['oom-score-adj = 200'], { facts })).toEqual([]);
  expect(wrong(['oom-score-adj = 199'], { facts })[0]).toContain("the daemon's own, 200");
});

describe('hard limits of a daemon that may not raise them', () => {
  /** Of nofile (7) 4096 and of as (9) a gibibyte. */
  const hardLimits = Array.from({ length: 16 }, (_, number) =>
    number === 7 ? 4096 : number === 9 ? 1024 ** 3 : Number.POSITIVE_INFINITY,
  );
  const above = (most: string) =>
    `needs-root: the daemon's own hard limit is ${most}: a higher one needs CAP_SYS_RESOURCE`;

  test.each([
    ['limit-nofile = 4097', `2:16-20 ${above('4096')}`],
    ['limit-nofile = 5:4097', `2:16-22 ${above('4096')}`],
    ['limit-nofile = :unlimited', `2:16-26 ${above('4096')}`],
    ['max-fd = 999999', `2:10-16 ${above('4096')}`],
    ['limit-as = 1025', `2:12-16 ${above('1073741824 bytes')}`],
  ])('%s is too high', (line, problem) => {
    // Root without the capability, too; with it there is nothing to say.
    expect(wrong([line], { facts: { hardLimits } })).toEqual([problem]);
    expect(wrong([line], { facts: { ...ANNA, hardLimits } })).toEqual([problem]);
    expect(wrong([line])).toEqual([]);
  });

  test.each([
    'limit-nofile = 4096',
    'limit-nofile = 9999:',
    'limit-nofile = 1:',
    'limit-as = 1024',
    'limit-core = unlimited',
  ])('%s is not', (line) => {
    expect(config([line], { facts: { hardLimits } }).limits.size).toBe(1);
  });

  test('the line that counts is the one that is judged', () => {
    expect(wrong(['limit-nofile = 9999', 'limit-nofile = 9'], { facts: { hardLimits } })).toEqual([
      '2:1-13 !repeated-key: line 3 has another `limit-nofile`: that one counts',
    ]);
  });
});
