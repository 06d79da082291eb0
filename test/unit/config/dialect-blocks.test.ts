// Blocks: which of their lines count, how often, and what is said of bad ones.
import { describe, expect, test } from 'vitest';
import { config, type Files, parseLines, wrong } from './helpers.ts';

const FILES: Files = {
  '/etc/tsjail/vassals/list': 'one\ntwo $(HOME) %(x-a)\r\n\nlast',
  '/etc/tsjail/vassals/d/a.pem': '',
  '/etc/tsjail/vassals/d/b.pem': '',
  '/srv/c.pem': '',
  '/srv/web/x': '',
};
const SURROUNDINGS = { files: FILES, facts: { env: { HOME: '/root', EMPTY: '' } } };
/** The values of `env = N=VALUE` for N from 0 on, in order. */
const values = (...lines: string[]) => {
  const numbered = lines.flatMap((line) => line.split('; '));
  return [...config(numbered, SURROUNDINGS).env.values()].map(({ value }) => value);
};
const bad = (...lines: string[]) => wrong(lines, SURROUNDINGS);

describe('loops', () => {
  test.each([
    ['for = a  b', ['a', 'b']],
    ['for = %n $(HOME) %(x-a) 50%%', ['web', '/root', '7', '50%']],
    ['for-times = 3', ['1', '2', '3']],
    ['for-times = 0', []],
    ['for-glob = d/*.pem', ['d/a.pem', 'd/b.pem']],
    ['for-glob = /srv/*.pem', ['/srv/c.pem']],
    ['for-glob = none*', ['none*']],
    ['for-readline = list', ['one', 'two $(HOME) %(x-a)', '', 'last']],
  ])('%s', (head, items) => {
    const made = values('x-a = 7', head, 'env = V%(_id)=<%(_)>', 'endfor', 'x-a = 8', '_id = 1');
    expect(made).toEqual(items.length === 0 ? [] : [`<${items.at(-1)}>`]);
  });

  test('every line counts for each item, in turn', () => {
    const lines = ['for = A B', 'env = %(_)=%(_)%(_)', 'unenv = X%(_)', 'endfor'];
    const made = config(lines);
    expect([...made.env].map(([name, { value }]) => `${name}=${value}`)).toEqual(['A=AA', 'B=BB']);
  });

  test('`%(_)` in sums and in names of keys', () => {
    const lines = [
      'port-a = 80',
      'for = a',
      'env = X=%(port-%(_))',
      'endfor',
      'for-times = 1',
      'env = Y=%(_ + 8000)',
      'end',
    ];
    expect([...config(lines).env.values()].map(({ value }) => value)).toEqual(['80', '8001']);
  });

  test('files may be included, by their names too', () => {
    const files = {
      '/etc/tsjail/vassals/conf.d/a.ini': '[vassal]\nenv = A=%s',
      '/etc/tsjail/vassals/conf.d/b.ini': '[vassal]\nenv = B=%s',
    };
    const made = config(['for-glob = conf.d/*.ini', 'include = %(_)', 'end'], { files });
    expect([...made.env.keys()]).toEqual(['A', 'B']);
  });

  test.each([
    ['for = a', 'an item of the config', 'env = A=%(_)', 'a'],
    ['set = for=a', 'a block by `set`', 'env = A=%(_)', 'a'],
    ['for = a', '`set` in a block', 'set = env=A=%(_)', 'a'],
  ])('%s: %s', (head, _, line, value) => {
    expect(config([head, line, 'end']).env.get('A')?.value).toBe(value);
  });
});

describe('conditions', () => {
  const HOLD = [
    ...['if-env = HOME', 'if-env = HOME=/root', 'if-env = EMPTY', 'if-env = EMPTY=', 'if-not-env = NOPE'],
    ...[
      'if-not-env = HOME=/',
      'if-opt = x-a',
      'if-opt = x-a=7',
      'if-opt = x_a',
      'if-not-opt = x-b',
      'if-not-opt = x-a=8',
    ],
    ...[
      'if-exists = list',
      'if-exists = d',
      'if-exists = $(HOME)/../srv',
      'if-not-exists = none',
      'if-file = %dlist',
    ],
    ...[
      'if-not-file = d',
      'if-dir = d',
      'if-directory = /srv/web',
      'if-not-dir = list',
      'if-hostname = box',
      'if-not-hostname = bo',
    ],
    ...[
      'if-hostname-match = ^b.x',
      'if-not-hostname-match = a',
      'if-not-plugin = python',
      'if-not-reload',
      'ifenv = HOME',
    ],
    ...['ifexists = list', 'ifdir = d'],
  ];
  const FAIL = [
    ...[
      'if-env = NOPE',
      'if-env = HOME=',
      'if-env = HOME =/root',
      'if-not-env = HOME',
      'if-opt = x-b',
      'if-opt = x-a=',
      'if-opt = x-late',
    ],
    ...[
      'if-exists = none',
      'if-file = d',
      'if-dir = list',
      'if-hostname = BOX',
      'if-plugin = python',
      'ifplugin = x',
      'if-reload',
    ],
  ];
  const outcome = (head: string, end = 'endif') =>
    values('x-a = 7', head, 'env = A=yes', 'else', 'env = A=no', end, 'x-late = 1');

  test.each(HOLD)('%s holds', (head) => {
    expect(outcome(head)).toEqual(['yes']);
  });

  test.each(FAIL)('%s does not', (head) => {
    expect(outcome(head)).toEqual(['no']);
  });

  test.each(['end', 'endif', 'end-if', 'endfor', 'end-for', 'end_if =', 'end = x'])('%s is an end', (end) => {
    expect(outcome('if-env = HOME', end)).toEqual(['yes']);
  });

  test.each([
    ['if-env = HOME', '/root'],
    ['if-not-env = HOME=x', '/root'],
    ['if-opt = x-a', '7'],
    ['if-opt = x-b', '77'],
    ['if-exists = %dd', '/etc/tsjail/vassals/d'],
    ['if-hostname = box', 'box'],
    ['if-not-plugin = z', 'z'],
  ])('%s has found %j', (head, found) => {
    expect(values('x-a = 7', 'x-b = %(x-a)%(x-a)', head, 'env = A=%(_)', 'end')).toEqual([found]);
  });

  test('they are asked for every line', () => {
    expect(values('if-not-opt = x-a', 'x-a = 1', 'env = A=1', 'end', 'env = B=%(x-a)')).toEqual(['1']);
  });

  test('an `else` counts if nothing above it did, an empty branch too', () => {
    expect(values('if-not-opt = x-a', 'x-a = 1', 'else', 'env = A=1', 'end', 'env = B=%(x-a)')).toEqual([
      '1',
    ]);
    expect(values('if-env = NOPE', 'else', 'env = A=1', 'end')).toEqual(['1']);
    expect(values('if-env = HOME', 'else', 'env = A=1', 'end')).toEqual([]);
  });

  test('what does not count is not looked at, and what it refers to is no unknown key', () => {
    expect(
      bad(
        'port = 80',
        'if-env = NOPE',
        'comand = x',
        'uid = nobdy',
        'env = A=%(port)',
        'include = /none',
        'exit',
        'end',
      ),
    ).toEqual([]);
    expect(bad('debug = 1', 'if-opt = debug', 'end')).toEqual([]);
  });
});

describe('bad blocks', () => {
  test.each([
    [
      ['for = a', 'if-env = HOME', 'end', 'x-b = 1', 'end'],
      ['3:1-7 bad-block: blocks cannot stand inside one another: the one of line 2 is still open'],
    ],
    [
      ['if-env = NOPE', 'for = a', 'end', 'end'],
      ['3:1-4 bad-block: blocks cannot stand inside one another: the one of line 2 is still open'],
    ],
    [['for = a'], ['2:1-4 bad-block: `for` has no end: `endfor` is missing']],
    [['if-env = A'], ['2:1-7 bad-block: `if-env` has no end: `endif` is missing']],
    [['end'], ['2:1-4 !bad-block: `end` ends nothing']],
    [['else'], ['2:1-5 bad-block: `else` is in no block']],
    [['for = a', 'else', 'end'], ['3:1-5 bad-block: `for` has no `else`']],
    [['if-env = A', 'else', 'else', 'end'], ['4:1-5 bad-block: a second `else`']],
    [['for =', 'x-a = 1', 'end'], ['2:1-4 missing-value: `for` needs a value']],
    [['if-env', 'end'], ['2:1-7 missing-value: `if-env` needs a value']],
    [['for-times = x', 'end'], ['2:13-14 bad-value: this is not a number of times']],
    [['for-times = 1000000000', 'x-a = 1', 'end'], ['2:13-23 bad-value: at most 100000 times']],
    [
      ['for-readline = none', 'end'],
      ['2:16-20 unreadable: cannot read /etc/tsjail/vassals/none: ENOENT (no such file)'],
    ],
    [
      ['if-exists = %(x)', 'end'],
      ['2:13-17 bad-placeholder: files are read before the keys are known: no `%(…)` here'],
    ],
    [['if-hostname-match = (a+)+', 'end'], ['2:21-26 bad-value: a group cannot be repeated here']],
    [
      ['if-hostname-match = a*b*c*d*', 'end'],
      ['2:21-29 bad-value: a pattern with too many repeats and choices'],
    ],
    [
      ['fro = a b', 'endfor'],
      [
        '2:1-4 unknown-key: unknown key `fro`; did you mean `for`?',
        '3:1-7 !bad-block: `endfor` ends nothing',
      ],
    ],
    [['env = A=%(_)'], ['2:9-13 bad-placeholder: `%(_)` refers to a key that is nowhere set']],
  ])('%j', (lines, problems) => {
    expect(bad(...lines)).toEqual(problems);
  });

  test('a block of an included file ends in it, and is in no other', () => {
    const files = { '/open.ini': '[vassal]\nfor = a', '/loop.ini': '[vassal]\nfor = a\nend' };
    expect(wrong(['include = /open.ini', 'x-b = 1'], { files })).toEqual([
      '/open.ini:2:1-4 bad-block: `for` has no end: `endfor` is missing',
    ]);
    expect(wrong(['for = a', 'include = /loop.ini', 'end'], { files })).toEqual([
      '/loop.ini:2:1-4 bad-block: blocks cannot stand inside one another: the one of /etc/tsjail/vassals/web.ini:2 is still open',
    ]);
  });

  test('what is wrong in a loop is told once for each line', () => {
    expect(bad('for-times = 500', 'uid = nobdy%(_)', 'comand = %(_)', 'umask = 9', 'end')).toEqual([
      '3:7-16 unknown-user: unknown user `nobdy500`',
      expect.stringContaining('4:1-7 unknown-key: unknown key `comand`'),
      expect.stringContaining('5:9-10 bad-'),
    ]);
  });

  test('lines made have a bound in all', () => {
    const loop = ['for-times = 60000', 'x-a = 1', 'end'];
    expect(bad(...loop, ...loop)).toEqual(['5:1-10 bad-block: blocks make more than 100000 lines']);
    const files = { '/a.ini': `[vassal]\n${'x-a = 1\n'.repeat(1000)}` };
    expect(wrong(['for-times = 300', 'include = /a.ini', 'end'], { files })).toHaveLength(1);
  });
});

test('what is asked of the file system is asked all at once, and watched where it can be', () => {
  const lines = [
    'if-exists = /a',
    'end',
    'for-glob = /b/*',
    'end',
    'for-readline = /c',
    'end',
    'if-dir = /srv',
    'end',
    'if-file = /srv/c.pem',
    'end',
  ];
  const unknown = parseLines(lines, {
    facts: { file: () => undefined, look: () => undefined, glob: () => undefined },
  });
  expect(unknown.missing).toEqual([
    { ask: 'look', path: '/a' },
    { ask: 'glob', path: '/b/*' },
    { ask: 'file', path: '/c', whose: 'daemon' },
    { ask: 'look', path: '/srv' },
    { ask: 'look', path: '/srv/c.pem' },
  ]);
  const { files } = parseLines(lines, SURROUNDINGS);
  expect([...files].sort()).toEqual(['/a', '/c', '/srv']);
});
