// Macros, lists of keys, `print` and `exit`, what is inherited, and sources that are refused.
import { describe, expect, test } from 'vitest';
import { config, parse, parseLines, shown, wrong } from './helpers.ts';

const env = (lines: readonly string[], surroundings?: Parameters<typeof config>[1]) =>
  Object.fromEntries([...config(lines, surroundings).env].map(([name, { value }]) => [name, value]));

describe('declare-option', () => {
  test('a key of one’s own stands for others', () => {
    const lines = ['declare-option = pair=env=A=$1; env=B=$2$1', 'pair = %n  y'];
    expect(env(lines)).toEqual({ A: 'web', B: 'yweb' });
  });

  test('wherever it is declared; placeholders in both; macros in macros', () => {
    const lines = [
      'outer = %(x-a)',
      'x-a = 1',
      'declare-option = outer=inner=$1 %(x-b)',
      'declare-option = inner=env=A=$1-$2',
      'x-b = 2',
    ];
    expect(env(lines)).toEqual({ A: '1-2' });
  });

  test('the place of its use is what counts', () => {
    const lines = ['declare-option = m=umask=$1', 'umask = 077', 'm = 027', 'umask = 022'];
    expect(config(lines).umask.value).toBe(0o22);
  });

  test('without a value the first word is empty; what words hold is not looked at again', () => {
    expect(env(['declare-option = m=env=A=<$1>', 'm'])).toEqual({ A: '<>' });
    expect(env(['declare-option = m=env=A=$1', 'm = $2'])).toEqual({ A: '$2' });
  });

  test('in a loop', () => {
    expect(env(['declare-option = m=env=$1=1', 'for = A B', 'm = %(_)', 'end'])).toEqual({ A: '1', B: '1' });
  });

  test.each([
    [['declare-option = m'], ['2:18-19 bad-value: `declare-option` takes NAME=KEY=VALUE;…']],
    [['declare-option = m=x'], ['2:18-21 bad-value: `x` is not KEY=VALUE']],
    [['declare-option = uid=env=A=$1'], ['2:18-30 bad-value: `uid` is an option already']],
    [['declare-option = include=env=A=$1'], ['2:18-34 bad-value: `include` is an option already']],
    [
      ['declare-option = m=include=$1'],
      ['2:18-30 bad-value: `include` cannot be part of it: only options can'],
    ],
    [
      ['declare-option = m=env=A=$2', 'm = a'],
      ['3:5-6 bad-value: this needs 2 words, as its `declare-option` says'],
    ],
    [['declare-option = m=m=$1', 'm = a'], ['3:5-6 bad-value: more than 16 macros inside one another']],
    [['declare-option = m=uid=$1', 'm = nobdy'], ['3:5-10 unknown-user: unknown user `nobdy`']],
    [
      ['declare-option = m=comand=$1', 'm = a'],
      [expect.stringContaining('3:5-6 unknown-key: unknown key `comand`')],
    ],
    [
      ['declare-option = m=env=A=1', 'declare-option = m=env=A=2', 'm = a'],
      ['3:18-27 !repeated-key: `m` is declared already: that one counts'],
    ],
    [
      ['declare-option = m=env=A=%(nope)', 'm'],
      [expect.stringContaining('bad-placeholder: `%(nope)` refers')],
    ],
  ])('%j', (lines, problems) => {
    expect(wrong(lines)).toEqual(problems);
  });

  test('what they make has a bound', () => {
    const many = Array.from({ length: 1000 }, () => 'm = a');
    const macro = `declare-option = m=${'x-a=$1;'.repeat(1000)}`;
    expect(wrong([macro, ...many])[0]).toContain('what macros make grows beyond 16 MiB');
    const doubled = Array.from({ length: 40 }, (_, i) => `declare-option = m${i}=m${i + 1}=$1;m${i + 1}=$1`);
    expect(wrong([...doubled, 'm0 = a'])[0]).toMatch(/more than 16 macros|beyond 16 MiB/);
    // Each line costs the daemon as much time as a long one: ten lines of a tenant must not make tens of thousands.
    const tripled = Array.from(
      { length: 10 },
      (_, i) => `declare-option = m${i}=${`m${i + 1}=$1;`.repeat(3)}`,
    );
    expect(wrong([...tripled, 'declare-option = m10=x-a=$1', 'm0 = a'])[0]).toContain(
      'each line counted as 1 KiB at least',
    );
  });
});

describe('lists of keys', () => {
  const blacklist = 'the blacklist of /etc/tsjail/vassals/web.ini:2 has it';

  test.each([
    [['blacklist = uid gid', 'uid = 0'], [`3:1-4 forbidden-key: \`uid\` is forbidden here: ${blacklist}`]],
    [['blacklist = UID', 'set = uid=0'], [`3:7-10 forbidden-key: \`uid\` is forbidden here: ${blacklist}`]],
    [
      ['blacklist = x-a', 'set-ph = x-a=0'],
      [`3:10-13 forbidden-key: \`x-a\` is forbidden here: ${blacklist}`],
    ],
    [
      ['blacklist = stop-timeout', 'reload-mercy = 5'],
      [`3:1-13 forbidden-key: \`reload-mercy\` is forbidden here: ${blacklist}`],
    ],
    [['blacklist = uid', 'end-blacklist', 'uid = 0'], []],
    [['blacklist = uid', 'blacklist = gid', 'uid = 0'], []],
    [['whitelist = command end-whitelist', 'end-whitelist', 'uid = 0'], []],
    [
      ['whitelist = command', 'end-whitelist'],
      [
        '3:1-14 forbidden-key: `end-whitelist` is forbidden here: the whitelist of /etc/tsjail/vassals/web.ini:2 does not have it',
      ],
    ],
    [
      ['whitelist = command m', 'end'],
      [
        '3:1-4 forbidden-key: `end` is forbidden here: the whitelist of /etc/tsjail/vassals/web.ini:2 does not have it',
      ],
    ],
    [['blacklist ='], ['2:1-10 missing-value: `blacklist` needs keys']],
    [
      ['declare-option = m=uid=$1', 'blacklist = uid', 'm = 0'],
      ['4:5-6 forbidden-key: `uid` is forbidden here: the blacklist of /etc/tsjail/vassals/web.ini:3 has it'],
    ],
  ])('%j', (lines, problems) => {
    expect(wrong(lines)).toEqual(problems);
  });

  test('a file cannot lift a list that it is under', () => {
    const files = { '/t.ini': '[vassal]\nend-blacklist\nblacklist = x\nuid = 0' };
    const place = '/etc/tsjail/vassals/web.ini:2';
    expect(wrong(['blacklist = uid', 'include = /t.ini', 'end-blacklist', 'uid = 0'], { files })).toEqual([
      `/t.ini:2:1-14 forbidden-key: \`end-blacklist\` cannot change the blacklist of ${place}, which this file is under`,
      `/t.ini:3:13-14 forbidden-key: \`blacklist\` cannot change the blacklist of ${place}, which this file is under`,
      `/t.ini:4:1-4 forbidden-key: \`uid\` is forbidden here: the blacklist of ${place} has it`,
    ]);
  });

  test('a file that has one for those who include it', () => {
    const files = { '/l.ini': '[vassal]\nblacklist = uid' };
    expect(wrong(['include = /l.ini', 'end-blacklist', 'uid = 0'], { files })).toEqual([]);
  });

  test('the daemon’s is over all of a vassal, and what that inherits, but not over the command line', () => {
    const set = [{ value: 'blacklist=uid', at: { file: '/e.ini', line: 2, column: 1 } }];
    const files = { '/i.ini': '[vassal]\nuid = 0' };
    const lines = ['end-blacklist', 'inherit = /i.ini'];
    expect(wrong(lines, { files, defaults: { set } })).toHaveLength(2);
    const flags = [{ name: 'uid', value: '0', argument: 3 }];
    expect(wrong([], { defaults: { set }, input: { flags } })).toEqual([]);
  });
});

describe('words', () => {
  test('print is a warning, each time', () => {
    expect(wrong(['x-a = 1', 'print = n is %n, %(x-a)', 'for = a b', 'iprint = %(_)', 'end'])).toEqual([
      '3:9-24 !print: n is web, 1',
      '5:10-14 !print: a',
      '5:10-14 !print: b',
    ]);
  });

  test('exit is an error where it counts', () => {
    expect(wrong(['exit = 3'])).toEqual(['2:1-5 exit: the config says exit']);
    expect(wrong(['if-not-env = HOME', 'exit', 'end'])).toEqual([]);
  });
});

describe('inherit', () => {
  test('has magic alone, and says so', () => {
    const files = {
      '/i.ini': '[vassal]\nenv = A=%n\nenv = B=$(HOME)\nfor = x $(y)\nenv = C=%(_)%(x-a)\nend',
    };
    const { problems } = parseLines(['command = a', 'x-a = 1', 'inherit = /i.ini'], { files });
    expect(shown(problems)).toEqual([
      '/i.ini:3:7-16 !inherited-placeholder: in an inherited file this stays as it is: placeholders work in what is included',
      '/i.ini:5:7-19 !inherited-placeholder: in an inherited file this stays as it is: placeholders work in what is included',
    ]);
    expect(env(['x-a = 1', 'inherit = /i.ini'], { files })).toEqual({
      A: 'i',
      B: '$(HOME)',
      C: '$(y)%(x-a)',
    });
  });

  test('its name may hold any placeholder', () => {
    const files = { '/one/i.ini': '[vassal]\nenv = A=1', '/where': '/one\n' };
    expect(env(['dir = one', 'inherit = /%(dir)/i.ini'], { files })).toEqual({ A: '1' });
    expect(env(['inherit = @(/where)/i.ini'], { files })).toEqual({ A: '1' });
    expect(wrong(['inherit = %(nope)'])).toEqual([
      '2:11-18 bad-placeholder: `%(nope)` refers to a key that is nowhere set',
    ]);
  });
});

test.each([
  ['exec://x', 'a config that is looked at must not run anything'],
  ['http://x', 'a start must not wait for the network'],
  ['fd://3', 'the daemon has no descriptor for it'],
  ['sym://x', 'it is a symbol of the uwsgi program, which is not run here'],
  ['call://x', 'it is a symbol of the uwsgi program, which is not run here'],
  ['callint://x', 'it is a symbol of the uwsgi program, which is not run here'],
  ['data://0', 'it is a part of the uwsgi program, which is not run here'],
  ['section://x', 'it is a part of the uwsgi program, which is not run here'],
  ['emperor://x', 'the config of a vassal is its file'],
])('%s is refused with a reason', (source, reason) => {
  const message = `only files can be read here, not \`${source}\`: ${reason}`;
  expect(wrong([`include = ${source}`])[0]).toContain(`bad-include: ${message}`);
  expect(wrong([`env = A=@(${source})`])[0]).toContain(`bad-placeholder: ${message}`);
});

test('magic in keys', () => {
  expect(env(['port-%n = 1', 'env = A=%(port-web)'])).toEqual({ A: '1' });
  expect(wrong(['x-%z = 1'])).toEqual([expect.stringContaining('2:3-5 bad-')]);
});

test('`%o` is the name as it was given', () => {
  const files = { '/etc/tsjail/vassals/d/i.ini': '[vassal]\nenv = B=%o %O' };
  expect(env(['env = A=%o', 'include = d/i.ini'], { files })).toEqual({ A: 'web.ini', B: 'd/i.ini web.ini' });
});

test('a section may come several times, and a block may go on in it', () => {
  const { config: made } = parse(
    '[vassal]\nfor = A B\n[x-s]\nenv = C=1\n[vassal]\nenv = %(_)=1\nend\ncommand = a',
  );
  expect([...(made?.env.keys() ?? [])]).toEqual(['A', 'B']);
});
