import { describe, expect, test } from 'vitest';
import { config, wrong } from './helpers.ts';

const DAEMON = { restartDelayMs: 1000, maxRestartDelayMs: 60_000, stopTimeoutMs: 5000 };
const delays = (lines: readonly string[], defaults = {}) => {
  const { restartDelayMs, maxRestartDelayMs } = config(lines, { defaults });
  return [restartDelayMs, maxRestartDelayMs];
};

describe('delays', () => {
  test.each([
    [[], {}, [100, 180_000]],
    [[], DAEMON, [1000, 60_000]],
    [['restart-delay = 5'], DAEMON, [5000, 60_000]],
    [['restart-delay = 5m'], DAEMON, [300_000, 300_000]],
    [['max-restart-delay = 500ms'], DAEMON, [500, 500]],
    [['restart-delay = 2', 'max-restart-delay = 2'], DAEMON, [2000, 2000]],
    // emperor-no-blacklist
    [[], { restartDelayMs: 0 }, [0, 180_000]],
    [['restart-delay = 1'], { restartDelayMs: 0 }, [1000, 180_000]],
  ])('%j with %j', (lines, defaults, expected) => {
    expect(delays(lines, defaults)).toEqual(expected);
  });

  test('what contradicts itself is told at its later line', () => {
    const message = 'contradiction: `restart-delay` is longer than `max-restart-delay`';
    expect(wrong(['restart-delay = 2', 'max-restart-delay = 1'])).toEqual([`3:21-22 ${message}`]);
    expect(wrong(['max-restart-delay = 1', 'restart-delay = 2'])).toEqual([`3:17-18 ${message}`]);
  });
});

test('stop-timeout: its own, else the daemon’s', () => {
  expect(config([], { defaults: DAEMON }).stopTimeoutMs).toBe(5000);
  expect(config(['reload-mercy = 1'], { defaults: DAEMON }).stopTimeoutMs).toBe(1000);
  expect(config(['stop-timeout = 0']).stopTimeoutMs).toBe(0);
});

describe('signals', () => {
  test.each([
    ['reload = signal:KILL', '2:10-21 bad-value: no program can reload on KILL; did you mean `signal:HUP`?'],
    ['reload = signal:19', '2:10-19 bad-value: no program can reload on STOP; did you mean `signal:HUP`?'],
    ['reload = signal:TERM', '2:10-21 !contradiction: that is `stop-signal`: a change would end the command'],
    ['stop-signal = STOP', '2:15-19 bad-value: STOP halts, but ends nothing; did you mean `TERM`?'],
  ])('%s', (line, problem) => {
    expect(wrong([line])).toEqual([problem]);
  });

  test('others are fine, KILL to stop with too', () => {
    expect(wrong(['reload = signal:TERM', 'stop-signal = INT'])).toEqual([]);
    expect(wrong(['stop-signal = KILL', 'reload = signal:HUP'])).toEqual([]);
    expect(wrong(['stop-signal = TRM', 'reload = signal:TERM'])).toHaveLength(1);
  });
});
