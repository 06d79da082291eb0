// What the page makes of what it is told; the rest of it is tested in a browser.
import { describe, expect, test } from 'vitest';

const url = (name: string) => new URL(`../../../centre/${name}.js`, import.meta.url).href;
const { cpu, duration, memory, phrase, visible } = await import(url('words'));
const { nextSort, selected } = await import(url('select'));

const row = (changes: object) => ({
  name: 'web',
  state: 'running',
  since: 1000,
  restarts: 0,
  nextStart: null,
  waitingFor: null,
  statusText: null,
  held: false,
  lastExit: null,
  error: null,
  namespaces: [],
  ...changes,
});

test.each([
  ['a\u202eb', 'a\\u{202e}b'],
  ['a\u0000\u001b[31m', 'a\\u{0}\\u{1b}[31m'],
  ['\u200b\u2066\u2028\ufeff', '\\u{200b}\\u{2066}\\u{2028}\\u{feff}'],
  ['größe 日本 🦊\t', 'größe 日本 🦊\t'],
])('%j can be seen', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('numbers', () => {
  expect([0.04, 5.9, 61, 3661, 90_000, 1e6].map(duration)).toEqual([
    '0 s',
    '5 s',
    '1 min',
    '1 h 1 min',
    '1 d 1 h',
    '11 d',
  ]);
  expect([null, 12, 5000, 40_000, 3_000_000].map(memory)).toEqual([
    '–',
    '12 KiB',
    '4.9 MiB',
    '39 MiB',
    '2.9 GiB',
  ]);
  expect([null, 0, 5, 999, 3100].map(cpu)).toEqual(['–', '0.0%', '0.5%', '99.9%', '310%']);
});

describe('in one phrase', () => {
  const exit = { brief: 'exited with code 3', reason: 'exit-code', at: 0 };
  test.each([
    [{ statusText: '3 clients' }, 'up 1 min · 3 clients'],
    [{ state: 'backoff', lastExit: exit, nextStart: 1072 }, 'exited with code 3, next start in 12 s'],
    [{ state: 'failed', lastExit: exit }, 'start limit reached: exited with code 3, 1 min ago'],
    [{ state: 'exited', lastExit: exit }, 'exited with code 3, 1 min ago'],
    [{ state: 'stopped', held: true }, 'stopped by an operator 1 min ago'],
    [{ state: 'starting', waitingFor: '/run/x' }, 'waiting for /run/x'],
    [{ state: 'invalid', error: { place: '/etc/a/web.ini:3:1', text: 'no', more: 0 } }, 'web.ini:3:1: no'],
  ])('%j', (changes, text) => {
    expect(phrase(row(changes), 1060)).toBe(text);
  });
});

describe('the table', () => {
  const rows = [
    row({ name: 'web-10', restarts: 2 }),
    row({ name: 'web-9', state: 'failed' }),
    row({ name: 'db', error: { place: 'db.ini:1:1', text: 'unknown key', more: 0 } }),
  ];
  const names = (query: string, states: string[], sort: string) =>
    selected(rows, { query, states, sort }, (name: string) => name.length).map(
      (each: { name: string }) => each.name,
    );

  test('is ordered as people count', () => {
    expect(names('', [], 'name')).toEqual(['db', 'web-9', 'web-10']);
    expect(names('', [], '-name')).toEqual(['web-10', 'web-9', 'db']);
    expect(names('', [], 'state')).toEqual(['web-9', 'db', 'web-10']);
    expect(names('', [], '-restarts')).toEqual(['web-10', 'db', 'web-9']);
    expect(names('', [], '-cpu')).toEqual(['web-10', 'web-9', 'db']);
  });

  test('is filtered by words and states', () => {
    expect(names('WEB fail', [], 'name')).toEqual(['web-9']);
    expect(names('unknown', [], 'name')).toEqual(['db']);
    expect(names('', ['bad-file', 'failed'], 'name')).toEqual(['db', 'web-9']);
  });

  test('turns round with a second press', () => {
    expect([nextSort('name', 'cpu'), nextSort('-cpu', 'cpu'), nextSort('cpu', 'cpu')]).toEqual([
      '-cpu',
      'cpu',
      '-cpu',
    ]);
  });
});
