import { describe, expect, test } from 'vitest';
import { Bad } from '../../../src/config/problems/bad.ts';
import {
  type ReadContext,
  readDuration,
  readFlag,
  readInteger,
  readNamespaces,
  readOctal,
} from '../../../src/config/readers.ts';
import { TYPES, type TypeName } from '../../../src/config/values.ts';
import { host } from './helpers.ts';

const CONTEXT: ReadContext = { host: host(), base: '/base', range: undefined, name: 'limit-nofile' };

/** What a reader of the table makes of `text`; of a bad one the message and the suggestion. */
function read(type: TypeName, text: string): unknown {
  const reader = TYPES[type].read as (text: string, context: ReadContext) => unknown;
  return plain(reader(text, CONTEXT));
}

function plain(value: unknown): unknown {
  if (!(value instanceof Bad)) return value;
  const { suggestion } = value.options;
  return suggestion === undefined ? `bad: ${value.message}` : `bad: ${value.message} → ${suggestion}`;
}

describe('flags', () => {
  test.each(['', 'true', '1', 'yes', 'on', 'On', '2', '-1', '+01'])('%j is true', (text) => {
    expect(readFlag(text)).toBe(true);
  });
  test.each(['false', 'off', 'no', '0', 'No', 'FALSE', '00'])('%j is false', (text) => {
    expect(readFlag(text)).toBe(false);
  });
  test.each([
    ['flase', ' → false'],
    ['ture', ' → true'],
    ['maybe', ''],
    ['1.5', ''],
    ['constructor', ''],
  ])('%j is neither', (text, hint) => {
    expect(plain(readFlag(text))).toBe(
      `bad: \`${text}\` is none of true, false, on, off, yes, no, 1, 0${hint}`,
    );
  });
});

test.each([
  ['0', 0],
  ['-20', -20],
  ['+7', 7],
  ['007', 7],
  ['1.5', 'bad: `1.5` is not a whole number'],
  ['0x10', 'bad: `0x10` is not a whole number'],
  ['1e3', 'bad: `1e3` is not a whole number'],
  ['', 'bad: `` is not a whole number'],
  ['19', 19],
  ['20', 'bad: 20 is not between -20 and 19'],
  ['-21', 'bad: -21 is not between -20 and 19'],
])('integer %j', (text, expected) => {
  expect(plain(readInteger(text, { range: [-20, 19] }))).toBe(expected);
});

test.each([
  ['10', 10_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['2 s', 2000],
  ['3m', 180_000],
  ['3min', 180_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['0', 0],
  ['0.0004s', 0],
  ['-1', 'bad: `-1` is not a time: seconds, or with ms, s, m, h'],
  ['1w', 'bad: `1w` is not a time: seconds, or with ms, s, m, h'],
  ['1  s', 'bad: `1  s` is not a time: seconds, or with ms, s, m, h → 1s'],
  ['.5', 'bad: `.5` is not a time: seconds, or with ms, s, m, h'],
  ['24d', 2_073_600_000],
  ['2147483.647', 2_147_483_647],
  ['25d', 'bad: 25d is too long: at most 24 days'],
])('seconds %j', (text, expected) => {
  expect(read('seconds', text)).toBe(expected);
});

test('milliseconds: the unit of a bare number, and the least of a range', () => {
  expect(read('milliseconds', '250')).toBe(250);
  expect(read('milliseconds', '2s')).toBe(2000);
  expect(read('milliseconds', 'x')).toBe('bad: `x` is not a time: milliseconds, or with ms, s, m, h');
  expect(readDuration('100', 'ms', { range: [100, 1000] })).toBe(100);
  expect(plain(readDuration('5', 'ms', { range: [100, 1000] }))).toBe('bad: 5 is too short: at least 100 ms');
});

test.each([
  ['022', 0o22],
  ['22', 0o22],
  ['0', 0],
  ['0777', 0o777],
  ['08', 'bad: `08` is not an octal mask such as 022'],
  ['01000', 'bad: `01000` is not an octal mask such as 022'],
  ['u=rwx', 'bad: `u=rwx` is not an octal mask such as 022'],
])('octal %j', (text, expected) => {
  expect(plain(readOctal(text))).toBe(expected);
});

describe('namespaces', () => {
  test.each([
    ['fs,net', ['fs', 'net']],
    ['fs, net pid', ['fs', 'net', 'pid']],
    ['mnt,mount,ns', ['fs', 'fs', 'fs']],
    ['ipc,uts,user,cgroup,time', ['ipc', 'uts', 'user', 'cgroup', 'time']],
    ['none', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(readNamespaces(text)).toEqual(expected);
  });

  test('an unknown one is pointed at', () => {
    expect(readNamespaces('fs,utz')).toEqual(
      new Bad('unknown namespace `utz` (there are fs, net, ipc, uts, pid, user, cgroup, time)', {
        suggestion: 'uts',
        from: 3,
        to: 6,
      }),
    );
  });
});

describe('commands', () => {
  const shell = (text: string) => ({ words: ['/bin/sh', '-c', text], shellWord: undefined });

  test('a command is words', () => {
    expect(read('command', `a 'b c'`)).toEqual({ words: ['a', 'b c'], shellWord: undefined });
    expect(read('command', '  ')).toBe('bad: the command is empty');
    expect(read('command', `'' a`)).toBe('bad: the command is empty');
    expect(read('command', `a '`)).toBe(`bad: unbalanced '`);
  });

  test.each(['ps aux | wc', 'A=1 b', 'echo $HOME', 'exec ps', 'cd /x', 'a\nb', 'ls *', '. ./x'])(
    'a binary patch with %j goes through a shell',
    (text) => {
      expect(read('shell-command', text)).toEqual(shell(text));
    },
  );

  test('without shell syntax it does not; a bare program is one word', () => {
    expect(read('shell-command', 'executor --a=b')).toEqual({
      words: ['executor', '--a=b'],
      shellWord: undefined,
    });
    expect(read('program', '/opt/my prog')).toEqual({ words: ['/opt/my prog'], shellWord: undefined });
  });
});

describe('paths', () => {
  test('chdir is absolute', () => {
    expect(read('path', '/a/../b')).toBe('/a/../b');
    expect(read('path', 'a/b')).toBe('bad: `a/b` is not an absolute path → /base/a/b');
  });
  test('a file is relative to what names it', () => {
    expect(read('file-path', 'a')).toBe('/base/a');
    expect(read('template', '/x/../a.ini:s')).toBe('/a.ini:s');
  });
});

test.each([
  ['A=b', { name: 'A', value: 'b' }],
  ['A=', { name: 'A', value: '' }],
  ['A=b=c "d"', { name: 'A', value: 'b=c "d"' }],
  ['a.b-c=1', { name: 'a.b-c', value: '1' }],
  ['A', 'bad: `A` is not NAME=value'],
  ['=b', 'bad: `` is not the name of an environment variable'],
  ['export A=b', 'bad: `export A` is not the name of an environment variable'],
  ['"A=b"', 'bad: `"A` is not the name of an environment variable'],
])('assignment %j', (text, expected) => {
  expect(read('assignment', text)).toEqual(expected);
});

test('a variable’s name', () => {
  expect(read('variable', 'LD_PRELOAD')).toBe('LD_PRELOAD');
  expect(read('variable', 'A B')).toBe('bad: `A B` is not the name of an environment variable');
});

test.each([
  ['web', 'web'],
  ['a.example.org', 'a.example.org'],
  ['a_b-c', 'a_b-c'],
  ['x'.repeat(64), 'x'.repeat(64)],
  ['x'.repeat(65), 'bad: a host name has at most 64 characters'],
  ['-a', 'bad: `-a` is not a host name: letters, digits, `-`, `.`'],
  ['a.', 'bad: `a.` is not a host name: letters, digits, `-`, `.`'],
  ['bücher', 'bad: `bücher` is not a host name: letters, digits, `-`, `.`'],
])('hostname %j', (text, expected) => {
  expect(read('hostname', text)).toBe(expected);
});

test.each([
  ['always', 'always'],
  ['on-failure', 'on-failure'],
  ['never', 'never'],
  ['on_failure', 'bad: `on_failure` is none of always, on-failure, never → on-failure'],
  ['Always', 'bad: `Always` is none of always, on-failure, never → always'],
])('restart %j', (text, expected) => {
  expect(read('restart', text)).toBe(expected);
});

test.each([
  ['restart', { kind: 'restart' }],
  ['none', { kind: 'none' }],
  ['signal:HUP', { kind: 'signal', signal: 1 }],
  ['signal', 'bad: which signal? → signal:HUP'],
  ['signal:HPU', 'bad: unknown signal `HPU` → signal:HUP'],
  ['overlap', { kind: 'overlap' }],
  ['restrat', 'bad: `restrat` is none of restart, overlap, signal:NAME, emperor, none → restart'],
])('reload %j', (text, expected) => {
  expect(read('reload', text)).toEqual(expected);
});

test.each([
  ['emperor', { kind: 'emperor' }],
  ['journal', { kind: 'journal' }],
  ['null', { kind: 'null' }],
  ['file:/var/log/a', { kind: 'file', path: '/var/log/a' }],
  ['file:a', { kind: 'file', path: '/base/a' }],
  ['file:', 'bad: file: which?'],
  ['/var/log/a', 'bad: a file is written file:PATH → file:/var/log/a'],
  ['jornal', 'bad: `jornal` is none of emperor, file:PATH, journal, null → journal'],
])('log %j', (text, expected) => {
  expect(read('log', text)).toEqual(expected);
});

test.each([
  ['4096', 4096],
  ['10M', 10 * 1024 ** 2],
  ['1g', 1024 ** 3],
  ['64KiB', 65_536],
  ['0', 0],
  ['100', 'bad: 100 is too small: at least 4096 bytes'],
  ['ten', 'bad: `ten` is not a size: bytes, also with K, M, G; 0 for no rotation'],
])('log size %j', (text, expected) => {
  expect(read('log-size', text)).toBe(expected);
});

test.each([
  ['off', undefined],
  ['10000/30s', { lines: 10_000, ms: 30_000 }],
  ['5 / 500ms', { lines: 5, ms: 500 }],
  ['100/s', { lines: 100, ms: 1000 }],
  ['100', 'bad: `100` is not LINES/TIME or off → 100/30s'],
  ['0/1s', 'bad: no lines at all: that is `log = null`'],
  ['1/1ms', 'bad: 1ms is too short: at least 100 ms'],
  ['1/soon', expect.stringMatching(/^bad: `?/)],
])('line rate %j', (text, expected) => {
  expect(read('line-rate', text)).toEqual(expected);
});

test.each([
  ['vassals', '/base/vassals'],
  ['/v/', '/v'],
  ['dir://v', 'dir:///base/v'],
  ['dir:///v', 'dir:///v'],
  ['glob:///v/*/x.ini', 'glob:///v/*/x.ini'],
  ['zmq://tcp', 'bad: no monitor for `zmq://`: there are dir:// and glob://'],
])('monitor %j', (text, expected) => {
  expect(read('monitor', text)).toBe(expected);
});

test('a setting is KEY=VALUE', () => {
  expect(read('setting', 'a=b=c')).toBe('a=b=c');
  expect(read('setting', 'a')).toBe('bad: `a` is not KEY=VALUE');
  expect(read('setting', '=a')).toBe('bad: `=a` is not KEY=VALUE');
});
