// Files for uWSGI itself: what is handed to it, and what is read beside it.
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/config/dialect/flags.ts';
import { NO_UWSGI_DEFAULTS } from '../../../src/config/uwsgi/defaults.ts';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import { at, config, EMPEROR, parse, type Surroundings, shown } from './helpers.ts';

const UWSGI = '[uwsgi]\nmodule = app\n';

function dropIn(text: string, surroundings?: Surroundings): VassalConfig {
  const parsed = parse(text, surroundings);
  expect(shown(parsed.problems)).toEqual([]);
  if (parsed.config === undefined) throw new Error('no config');
  return parsed.config;
}

test('uWSGI runs it, and its defaults are those of its own Emperor', () => {
  expect(dropIn('; x\n[uwsgi]\nmaster = 1\nmodule = app\n')).toMatchObject({
    command: { value: ['uwsgi', '--ini', 'web.ini'], at: at(2) },
    directory: '/etc/tsjail/vassals',
    emperorPipe: true,
    ready: { kind: 'emperor' },
    reload: { kind: 'emperor' },
    heartbeatMs: 30_000,
    stopTimeoutMs: 60_000,
    uwsgi: { configByPipe: false, before: [], after: [], gracefulStop: false, canBeTried: true },
  });
});

test('nothing in [uwsgi] is judged', () => {
  const lines = [
    'nonsense = 1',
    'include = http://x/y',
    'clone = moon',
    'if-env = A',
    'x = %(none) %z',
    'bare',
  ];
  expect(dropIn(`[uwsgi]\n${lines.join('\n')}\n[app:main]\nuse = egg\n[zerg]\na = b`).uwsgi).toBeDefined();
  expect(dropIn('before = any section\n[uwsgi]\nmodule = app').uwsgi).toBeDefined();
});

describe('[vassal] beside it', () => {
  test('is ours, with all its options', () => {
    const made = dropIn(
      `[vassal]\nclone = pid\nstop-timeout = 5\nreload = restart\n${UWSGI}[vassal]\nenv = A=1`,
    );
    expect(made).toMatchObject({ stopTimeoutMs: 5000, reload: { kind: 'restart' } });
    expect(made.namespaces.value).toEqual(new Set(['pid']));
    expect(made.env.get('A')?.value).toBe('1');
    expect(made.command.at).toEqual(at(5));
  });

  test('signs of life come by the emperor pipe: no init need hear them', () => {
    const made = dropIn(`[vassal]\nclone = pid\ninit = false\nheartbeat-timeout = 5\n${UWSGI}`);
    expect(made).toMatchObject({ heartbeatMs: 5000, init: { value: false } });
    const wrong = `[vassal]\nclone = pid\ninit = false\nready = notify\n${UWSGI}`;
    expect(shown(parse(wrong).problems)).toEqual([expect.stringContaining('is heard by the init')]);
  });

  test('what is wrong there is told at its line', () => {
    expect(shown(parse(`${UWSGI}[vassal]\nclon = pid`).problems)).toEqual([
      '4:1-5 unknown-key: unknown key `clon`; did you mean `clone`?',
    ]);
    expect(shown(parse(`${UWSGI}[vassal]\ncommand = sleep 1`).problems)).toEqual([
      '4:1-8 contradiction: this file has [uwsgi]: uWSGI is its command',
    ]);
  });

  test('so is a line of the section that is wrong itself', () => {
    expect(shown(parse(`${UWSGI}[vassal] ; ours\nclone = pid`).problems)).toEqual([
      '3:1-16 bad-section: nothing may follow `]`: comments are lines of their own',
    ]);
    expect(dropIn(`\ufeff[vassal]\nclone = pid\n${UWSGI}`).namespaces.value).toEqual(new Set(['pid']));
  });

  test('a name that is nearly ours is worth a warning', () => {
    expect(shown(parse(`${UWSGI}[vasal]\nclone = pid`).problems)).toEqual([
      '3:1-8 !unknown-section: unknown section [vasal]; did you mean `[vassal]`?',
    ]);
    expect(shown(parse('[uwsgi]\ncommand = sleep 1').problems)).toEqual([
      '2:1-8 !wrong-place: `command` means nothing to uWSGI, and only [vassal] has one; did you mean `[vassal]`?',
    ]);
  });
});

test('templates become arguments, in the order of uWSGI, with the magic of the vassal', () => {
  const line = (value: string) => [{ value, at: at(2, 1, EMPEROR) }];
  const defaults = {
    inheritBefore: line('/hb.ini'),
    includeBefore: line('/ib.ini'),
    set: line('socket=/run/%n.sock'),
    inherit: line('/h.ini:x'),
    include: line('/i/%n.ini'),
  };
  const files = {
    '/hb.ini': '[uwsgi]\na = b',
    '/ib.ini': '[uwsgi]\na = b\n[vassal]\nclone = uts',
    '/h.ini': '[x]\nmaster = 1',
    '/i/web.ini': '[vassal]\nenv = A=%n\n',
  };
  const made = dropIn(UWSGI, { defaults, files });
  expect(made.command.value).toEqual([
    ...['uwsgi', '--inherit', '/hb.ini', '--include', '/ib.ini', '--set', 'socket=/run/web.sock'],
    ...['--ini', 'web.ini', '--inherit', '/h.ini:x', '--include', '/i/web.ini'],
  ]);
  expect(made.namespaces.value).toEqual(new Set(['uts']));
  expect(made.env.get('A')?.value).toBe('web');
  expect(shown(parse(UWSGI, { defaults: { include: line('/none.ini') } }).problems)).toEqual([
    '/etc/tsjail/emperor.ini:2:1 unreadable: cannot read /none.ini: ENOENT (no such file)',
  ]);
});

test('flags of `tsjail run` count, a command there does not go with it', () => {
  const { flags } = readCommandLine(['--clone=pid', '--env=A=1'], 'vassal');
  expect(dropIn(UWSGI, { input: { flags } }).namespaces.value).toEqual(new Set(['pid']));
  const command = { value: ['sleep', '1'], at: { file: '<command line>', line: 1, column: 4 } };
  expect(shown(parse(UWSGI, { input: { command } }).problems)).toEqual([
    '<command line>:1:4 contradiction: this file has [uwsgi]: uWSGI is its command',
  ]);
});

test('a command for all vassals is none for uWSGI', () => {
  const include = [{ value: '/all.ini', at: at(2, 1, EMPEROR) }];
  const files = { '/all.ini': '[vassal]\ncommand = sleep 1\nenv = A=1' };
  const made = dropIn(UWSGI, { defaults: { include }, files });
  expect(made.command.value.slice(0, 3)).toEqual(['uwsgi', '--ini', 'web.ini']);
  expect(made.env.get('A')?.value).toBe('1');
});

test('files that [uwsgi] includes are watched', () => {
  const files = { '/etc/tsjail/vassals/b.ini': '[uwsgi]\na = 1' };
  expect(parse('[uwsgi]\ninclude = b.ini', { files }).files).toEqual(['/etc/tsjail/vassals/b.ini']);
});

describe("the daemon's own word", () => {
  const uwsgi = { ...NO_UWSGI_DEFAULTS, program: '/opt/uwsgi', extensions: ['yml'], magicExec: true };
  const defaults = { uwsgi: { ...uwsgi, before: ['a'], after: ['b'], heartbeatMs: 1, stopTimeoutMs: 2 } };

  test('names the program, and its times', () => {
    expect(dropIn(UWSGI, { defaults })).toMatchObject({
      command: { value: ['/opt/uwsgi', '--ini', 'web.ini'] },
      heartbeatMs: 1,
      stopTimeoutMs: 2,
      uwsgi: { before: ['a'], after: ['b'] },
    });
  });

  test('a file of another kind is for uWSGI alone', () => {
    const input = { path: '/v/web.yml' };
    expect(dropIn('uwsgi:\n  module: app\n', { defaults, input }).command.value).toEqual([
      '/opt/uwsgi',
      '--config',
      'web.yml',
    ]);
  });

  test('so is one that may be executed', () => {
    const made = dropIn('#!/bin/sh\necho "[uwsgi]"\n', { defaults, input: { executable: true } });
    expect(made.command.value).toEqual(['/opt/uwsgi', '--ini', 'exec:///etc/tsjail/vassals/web.ini']);
  });
});

test('without a file the text comes by a pipe, if it fits', () => {
  const input = { path: 'db://web' };
  expect(dropIn(UWSGI, { input })).toMatchObject({
    command: { value: ['uwsgi', '--ini', 'emperor://web.ini'] },
    uwsgi: { configByPipe: true, text: UWSGI, canBeTried: false },
  });
  expect(shown(parse(`${UWSGI};${'x'.repeat(65_535)}`, { input }).problems, 'db://web')).toEqual([
    '1:1-8 too-long: more than 65535 bytes cannot be given to uWSGI by a pipe',
  ]);
});

test('a file whose lock the running instance holds cannot be tried', () => {
  expect(dropIn('[uwsgi]\nflock = /l\n').uwsgi?.canBeTried).toBe(false);
});

describe('a command gets the pipe', () => {
  test.each(['emperor-pipe = true', 'reload = emperor'])('that asks for it: %s', (line) => {
    expect(config([line])).toMatchObject({ emperorPipe: true, uwsgi: undefined });
  });

  test('only then', () => {
    expect(config([]).emperorPipe).toBe(false);
  });
});
