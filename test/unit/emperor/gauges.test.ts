// What is counted outlives who counts it: plain records, from which another one goes on.
import { expect, test } from 'vitest';
import { Gauges } from '../../../src/emperor/gauges.ts';
import { Histogram } from '../../../src/emperor/histogram.ts';
import { LoopTurns, timed } from '../../../src/emperor/loop-turns.ts';
import { Tally } from '../../../src/emperor/tally.ts';
import type { Native } from '../../../src/jail/native.ts';
import type { VassalGroups } from '../../../src/system/cgroup-vassal.ts';
import { until } from '../../helpers/until.ts';

const copy = <T>(record: T): T => JSON.parse(JSON.stringify(record)) as T;

test('a histogram counts what was at most its bound, and what was above all', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1, 1.5, 9]) histogram.observe(value);
  expect(histogram.figures).toEqual({ bounds: [1, 2], counts: [2, 1, 1], sum: 12 });
  const next = new Histogram([1, 2], copy(histogram.figures));
  next.observe(2);
  expect(next.figures).toEqual({ bounds: [1, 2], counts: [2, 2, 1], sum: 14 });
  expect(new Histogram([1, 3], histogram.figures).figures.counts).toEqual([0, 0, 0]);
});

test('a tally goes on from its record', () => {
  const tally = new Tally();
  tally.use({ oomKills: 2 } as VassalGroups);
  tally.ended({ reason: 'signal' });
  tally.refused();
  const next = new Tally(copy(tally.record));
  next.ended({ reason: 'signal' });
  next.ended({ reason: 'setup' });
  next.use({ oomKills: 1 } as VassalGroups);
  expect(next.record).toEqual({ exits: { signal: 2, setup: 1 }, configErrors: 1, oomKills: 3 });
});

test('reloads are told by what became of them', () => {
  const gauges = new Gauges();
  const { lastSuccess } = gauges.reloads;
  gauges.reloaded(false);
  expect(gauges.reloads).toEqual({ succeeded: 0, failed: 1, isLastGood: false, lastSuccess });
  const next = new Gauges(copy(gauges.record));
  next.reloaded(true);
  expect(next.reloads).toMatchObject({ succeeded: 1, failed: 1, isLastGood: true });
  expect(next.reloads.lastSuccess).toBeGreaterThan(lastSuccess);
});

test('all that happens in a turn of the loop is one turn', async () => {
  const ready: (() => void)[] = [];
  const native = {
    watch: (_fd: number, _events: number, told: (events: number) => void) => ready.push(() => told(1)),
  } as unknown as Native;
  const turns = new LoopTurns();
  const heard: number[] = [];
  timed(native, turns).watch(3, 1, (events) => heard.push(events));
  ready[0]?.();
  ready[0]?.();
  const count = () => turns.histogram.figures.counts.reduce((sum, each) => sum + each, 0);
  await until('its end', () => count() > 0);
  expect([heard, count()]).toEqual([[1, 1], 1]);
});
