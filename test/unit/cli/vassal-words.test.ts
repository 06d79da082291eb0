import { describe, expect, test } from 'vitest';
import { markOf, STATES, sentenceOf, summaryOf } from '../../../src/cli/vassal-words.ts';
import type { LastExit, VassalState, VassalView } from '../../../src/emperor/view.ts';
import { NOW_SEC, view } from '../../helpers/fake-emperor.ts';

const CRASHED: LastExit = {
  code: 3,
  signal: null,
  reason: 'exit-code',
  at: NOW_SEC - 120,
  message: 'exited with code 3 after 12 ms',
  brief: 'exited with code 3',
  place: null,
};
const NO_DIRECTORY: LastExit = {
  ...CRASHED,
  code: null,
  reason: 'setup',
  message: '/etc/tsjail/vassals/web.ini:3:1: chdir /x: ENOENT, no such file or directory',
  brief: 'chdir /x: no such file or directory',
  place: { file: '/etc/tsjail/vassals/web.ini', line: 3, column: 1 },
};
const INCLUDED = { ...NO_DIRECTORY, place: { file: '/etc/tsjail/vassals/more/all.inc', line: 3, column: 1 } };
const BAD = {
  file: '/etc/tsjail/vassals/web.ini',
  line: 4,
  column: 1,
  code: 'unknown-key',
  message: 'unknown key `hostnme`',
};
const DANGLING = { ...BAD, line: 1, code: 'unreadable', message: 'cannot be read: ENOENT' };

const sentence = (changes: Partial<VassalView>) =>
  sentenceOf(view({ since: NOW_SEC - 5, ...changes }), NOW_SEC * 1000);

describe('the sentence of each state', () => {
  test.each<[Partial<VassalView>, string]>([
    [{ state: 'running', since: NOW_SEC - 10_930 }, 'up 3 h 2 min'],
    [{ state: 'starting' }, 'in set-up for 5 s'],
    [{ state: 'starting', waitingFor: '/run/x.sock' }, 'waiting for /run/x.sock, 5 s'],
    [{ state: 'reloading' }, 'being replaced for 5 s'],
    [{ state: 'backoff', lastExit: CRASHED, nextStart: NOW_SEC + 3.2 }, 'next in 4 s: exited with code 3'],
    [
      { state: 'backoff', lastExit: NO_DIRECTORY, nextStart: NOW_SEC + 3.2 },
      'line 3: chdir /x: no such file or directory; next in 4 s',
    ],
    [{ state: 'backoff', lastExit: INCLUDED }, 'more/all.inc:3: chdir /x: no such file or directory'],
    [{ state: 'backoff' }, 'ended'],
    [{ state: 'stopping' }, 'ending for 5 s'],
    [{ state: 'stopped' }, 'down for 5 s'],
    [{ state: 'exited', lastExit: CRASHED }, 'exited with code 3, 2 min ago'],
    [{ state: 'failed', lastExit: CRASHED }, 'start limit reached: exited with code 3, 2 min ago'],
    [{ state: 'waiting' }, 'waiting for a connection'],
    [{ state: 'waiting', sockets: ['unix:/run/od.sock'] }, 'waiting on unix:/run/od.sock'],
    [{ state: 'invalid', error: BAD }, 'line 4: unknown key `hostnme`'],
    [
      { state: 'invalid', error: { ...BAD, file: '/etc/tsjail/common.ini' } },
      '/etc/tsjail/common.ini:4: unknown key `hostnme`',
    ],
    [{ state: 'running', error: BAD }, 'up 5 s; new config invalid (line 4)'],
    [
      { state: 'running', error: { ...BAD, file: '/etc/tsjail/vassals/all.inc' } },
      'up 5 s; new config invalid (all.inc:4)',
    ],
    [{ state: 'running', error: DANGLING }, 'up 5 s; new config invalid'],
    [
      { state: 'running', error: { ...DANGLING, file: '/etc/tsjail/common.ini' } },
      'up 5 s; new config invalid (/etc/tsjail/common.ini)',
    ],
    [{ state: 'invalid', error: DANGLING }, 'cannot be read: ENOENT'],
  ])('%j', (changes, text) => {
    expect(sentence(changes)).toBe(text);
  });
});

test('a mark for each state, and one for a bad text', () => {
  const marks = Object.keys(STATES).map((state) => markOf(view({ state: state as VassalState })).mark);
  expect(marks.join('')).toBe('●↻↻○↻○○○×!');
  expect(markOf(view({ error: BAD }))).toEqual({ mark: '!', kind: 'bad' });
});

test('the summary counts states, those that matter first', () => {
  expect(summaryOf([])).toBe('no vassals');
  expect(summaryOf([view()])).toBe('1 vassal: 1 running');
  expect(summaryOf([view({ state: 'failed' }), view(), view({ state: 'backoff' }), view()])).toBe(
    '4 vassals: 2 running, 1 backoff, 1 failed',
  );
});
