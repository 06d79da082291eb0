// `top` without a terminal: what is computed, what keys do, and the tables that a pipe gets.
import { describe, expect, test } from 'vitest';
import { keysIn } from '../../../src/cli/keys.ts';
import { inOrder, matching, rowsOf, type TopRow } from '../../../src/cli/top-rows.ts';
import { FIRST_STATE, press, type TopState, within } from '../../../src/cli/top-state.ts';
import { FakeEmperor, view } from '../../helpers/fake-emperor.ts';
import { serve } from './harness.ts';

const EXTENT = { rows: 100, page: 10 };

function row(name: string, changes: Partial<TopRow> = {}): TopRow {
  return { name, state: 'running', pid: 1, cpuPercent: 0, memoryBytes: 0, pids: 1, restarts: 0, ...changes };
}

function pressed(keys: readonly string[], from: TopState = FIRST_STATE): TopState | 'quit' {
  return keys.reduce<TopState | 'quit'>(
    (state, key) => (state === 'quit' ? state : press(state, key, EXTENT)),
    from,
  );
}

describe('rows', () => {
  const sample = (at: number, cpuUsec: number | null) => ({ at, vassals: [view({ cpuUsec })] });

  test('CPU is what was used between two samples, of one CPU', () => {
    expect(rowsOf(sample(0, 0), sample(1000, 500_000))[0]?.cpuPercent).toBe(50);
    expect(rowsOf(sample(0, 0), sample(500, 1_000_000))[0]?.cpuPercent).toBe(200);
  });

  test('of the first sample, and of a vassal that uses nothing that could be read, it is not known', () => {
    expect(rowsOf(undefined, sample(0, 0))[0]?.cpuPercent).toBeNull();
    expect(rowsOf(sample(0, 0), sample(1000, null))[0]?.cpuPercent).toBeNull();
    expect(rowsOf({ at: 0, vassals: [] }, sample(1000, 5))[0]?.cpuPercent).toBeNull();
  });

  test('one that was started anew counts from nothing', () => {
    expect(rowsOf(sample(0, 9_000_000), sample(1000, 100_000))[0]?.cpuPercent).toBe(10);
  });

  test('orders: the largest first, names from a to z; the other way round', () => {
    const rows = [row('b', { cpuPercent: 1 }), row('a', { cpuPercent: 1 }), row('c', { cpuPercent: null })];
    expect(inOrder(rows, 'c', false).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(inOrder(rows, 'n', true).map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    expect(inOrder([row('x', { restarts: 1 }), row('y', { restarts: 2 })], 'r', false)[0]?.name).toBe('y');
  });

  test('the filter is a part of the name or the state', () => {
    const rows = [row('Web'), row('api', { state: 'backoff' })];
    expect(matching(rows, 'web')).toEqual([rows[0]]);
    expect(matching(rows, 'back')).toEqual([rows[1]]);
    expect(matching(rows, '')).toBe(rows);
  });
});

describe('keys', () => {
  test('sequences of terminals, characters, and what nobody knows', () => {
    expect(keysIn('q\u001b[Aé\u001b[5~\u001b[200~\u007f\u001b')).toEqual([
      'q',
      'up',
      'é',
      'page-up',
      'backspace',
      'escape',
    ]);
    expect(keysIn('\u001bOF\r')).toEqual(['end', 'enter']);
  });

  test('order, and once more the other way round', () => {
    expect(pressed(['m'])).toMatchObject({ key: 'm', reversed: false });
    expect(pressed(['m', 'm'])).toMatchObject({ key: 'm', reversed: true });
    expect(pressed(['m', 'm', 'c'])).toMatchObject({ key: 'c', reversed: false });
  });

  test('places never go beyond what there is', () => {
    expect(pressed(['up'])).toMatchObject({ from: 0 });
    expect(pressed(['page-down', 'down'])).toMatchObject({ from: 11 });
    expect(pressed(['end'])).toMatchObject({ from: 90 });
    expect(pressed(['end', 'home'])).toMatchObject({ from: 0 });
    expect(within({ ...FIRST_STATE, from: 50 }, { rows: 3, page: 10 }).from).toBe(0);
  });

  test('a filter is typed, kept and taken back; its letters are no commands', () => {
    expect(pressed(['/', 'q', 'm', 'up', 'backspace'])).toMatchObject({
      filter: 'q',
      typing: true,
      key: 'c',
    });
    expect(pressed(['/', 'q', 'enter'])).toMatchObject({ filter: 'q', typing: false });
    expect(pressed(['/', 'q', 'enter', 'escape'])).toMatchObject({ filter: '' });
    expect(pressed(['/', 'interrupt'])).toBe('quit');
    expect(pressed(['q'])).toBe('quit');
  });
});

describe('top without a terminal', () => {
  test('one table; --json an array for each sample; names', async () => {
    const { ask } = await serve(
      new FakeEmperor(view(), view({ name: 'api', restarts: 3, memoryBytes: null })),
    );
    const { code, out } = await ask(['top']);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      '  VASSAL  STATE      PID    CPU     MEM  PIDS  RESTARTS',
      '● api     running  12875  0.0 %       -     2         3',
      '● web     running  12875  0.0 %  41 MiB     2         0',
      '',
    ]);
    const samples = (await ask(['top', 'api', '--json', '-n', '2'])).out.trim().split('\n');
    expect(samples.map((line) => JSON.parse(line))).toEqual(
      Array(2).fill([
        { name: 'api', state: 'running', pid: 12875, cpuPercent: 0, memoryBytes: null, pids: 2, restarts: 3 },
      ]),
    );
    expect((await ask(['top', '-n', '0'])).code).toBe(2);
    expect(await ask(['top', 'apo'])).toEqual({
      code: 4,
      out: '',
      err: 'tsjail: no such vassal: apo; did you mean `api`?\n',
    });
  });
});
