// The metrics as text: right by the rules of the two formats, each vassal's series its own, and no turn of the loop too long.
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FAMILIES } from '../../../src/control/metrics/table.ts';
import { formatFor, metricsText } from '../../../src/control/metrics/text.ts';
import type { Figures } from '../../../src/emperor/figures.ts';
import { daemonFigures, vassalFigures } from '../../helpers/figures.ts';
import { faultsOf } from '../../helpers/metrics-lint.ts';

const OPEN = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const ODD = 'a"b\\c é';
const FIGURES: Figures = {
  daemon: daemonFigures({
    starts: { bounds: [0.001, 0.5, 1], counts: [1, 0, 2, 3], sum: 40.25 },
    mostFds: undefined,
  }),
  vassals: [
    vassalFigures({ exits: { 'exit-code': 3, 'oom-kill': 1 }, oomKills: 1 }),
    vassalFigures({
      name: ODD,
      state: 'backoff',
      execdAt: null,
      startUsec: null,
      memoryBytes: undefined,
      cpuUsec: undefined,
      processes: undefined,
      isInvalid: true,
      output: { lines: 5, bytes: 50, limited: 2, unwritten: 1 },
    }),
  ],
};

// How long something has been up is told to the millisecond.
beforeAll(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => vi.useRealTimers());

function text(accept?: string, figures = FIGURES): string {
  return [...metricsText(FAMILIES, figures, formatFor(accept))].join('');
}

describe('as Prometheus has it', () => {
  test('without a fault', () => {
    expect(faultsOf(text())).toEqual([]);
    expect(formatFor(undefined).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('without a fault in the eyes of promtool, where there is one', ({ skip }) => {
    const promtool = process.env.PROMTOOL ?? 'promtool';
    if (spawnSync(promtool, ['--version']).error) return skip();
    execFileSync(promtool, ['check', 'metrics'], { input: text() });
  });

  test('names are escaped', () => {
    expect(text()).toContain('tsjail_vassal_up{vassal="a\\"b\\\\c é"} 0\n');
  });

  test('what is not known has no sample', () => {
    expect(text().match(/^tsjail_vassal_memory_bytes\{/gm)).toHaveLength(1);
    expect(text()).not.toMatch(/^process_max_fds /m);
    expect(text()).not.toMatch(/undefined|null|NaN/);
  });

  test('buckets hold those of the ones before', () => {
    const lines = text().match(/^tsjail_start_duration_seconds.*$/gm);
    expect(lines).toEqual([
      'tsjail_start_duration_seconds_bucket{le="0.001"} 1',
      'tsjail_start_duration_seconds_bucket{le="0.5"} 1',
      'tsjail_start_duration_seconds_bucket{le="1.0"} 3',
      'tsjail_start_duration_seconds_bucket{le="+Inf"} 6',
      'tsjail_start_duration_seconds_sum 40.25',
      'tsjail_start_duration_seconds_count 6',
    ]);
  });

  test('a state has one series, and each state is counted', () => {
    expect(text().match(/^tsjail_vassal_state\{.*$/gm)).toHaveLength(2);
    expect(text()).toContain('tsjail_vassals{state="backoff"} 1\n');
    expect(text()).toContain('tsjail_vassals{state="failed"} 0\n');
  });
});

describe('as OpenMetrics has it, for who asks for that', () => {
  test('counters are titled without _total, and the end is told', () => {
    const open = text(OPEN);
    expect(open).toContain(
      '# TYPE tsjail_vassal_restarts counter\ntsjail_vassal_restarts_total{vassal="web"} 0\n',
    );
    expect(open.endsWith('\n# EOF\n')).toBe(true);
    expect(formatFor(OPEN).contentType).toContain('openmetrics-text; version=1.0.0');
  });

  test('the samples are the same', () => {
    const samples = (all: string) => all.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples(text(OPEN))).toEqual(samples(text()));
  });
});

test('the number of series is bounded by the number of vassals', () => {
  const of = (count: number) => ({
    ...FIGURES,
    vassals: Array.from({ length: count }, (_, index) => vassalFigures({ name: `v${index}` })),
  });
  const series = (count: number) => text(undefined, of(count)).split('\n').length;
  expect(series(30) - series(20)).toBe(series(20) - series(10));
  expect((series(20) - series(10)) / 10).toBeLessThan(40);
});

test('a thousand vassals are no long turn', () => {
  const vassals = Array.from({ length: 1000 }, (_, index) => vassalFigures({ name: `vassal-${index}` }));
  const longest = () => {
    let most = 0;
    const parts = metricsText(FAMILIES, { ...FIGURES, vassals }, formatFor(undefined));
    for (let begun = performance.now(); !parts.next().done; begun = performance.now())
      most = Math.max(most, performance.now() - begun);
    return most;
  };
  // The machine may have other things to do: the best of some is what it takes.
  expect(Math.min(...Array.from({ length: 10 }, longest))).toBeLessThan(10);
});
