import { expect, test } from 'vitest';
import { ANNA, wrong } from './helpers.ts';

const HARD = "needs-root: without root a hard limit cannot be above the daemon's own";

test.each([
  ['prio = -1', '2:8-10 needs-root: a negative `prio` needs root'],
  [
    'oom-score-adj = -1',
    "2:17-19 needs-root: without root oom-score-adj cannot be lower than the daemon's own, 0",
  ],
  ['limit-nofile = unlimited', `2:16-25 !${HARD}`],
  ['limit-memlock = 1K:infinity', `2:17-28 !${HARD}`],
])('%s', (line, problem) => {
  expect(wrong([line], { facts: ANNA })).toEqual([problem]);
  expect(wrong([line])).toEqual([]);
});

test.each([
  'prio = 0',
  'oom-score-adj = 0',
  'limit-nofile = 100',
  'limit-core = unlimited',
  'limit-nofile = 5:',
])('%s needs no root', (line) => {
  expect(wrong([line], { facts: ANNA })).toEqual([]);
});

test('the daemon’s own oom_score_adj is the least', () => {
  const facts = { ...ANNA, oomScoreAdj: 200 };
  expect(wrong(['oom-score-adj = 200'], { facts })).toEqual([]);
  expect(wrong(['oom-score-adj = 199'], { facts })[0]).toContain("the daemon's own, 200");
});
