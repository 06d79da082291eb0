import { describe, expect, test } from 'vitest';
import { config, parseLines, shown, wrong } from './helpers.ts';

describe('keys that are no option', () => {
  test.each([
    ['comand = x', '2:1-7 unknown-key: unknown key `comand`; did you mean `command`?'],
    ['Stop_Signal = TERM', '2:1-12 unknown-key: unknown key `Stop_Signal`; did you mean `stop-signal`?'],
    ['includ = x', '2:1-7 unknown-key: unknown key `includ`; did you mean `include`?'],
    ['quite-else = x', '2:1-11 unknown-key: unknown key `quite-else`'],
    ['/bin/sleep 100', '2:1-15 unknown-key: unknown key `/bin/sleep 100`'],
    ['  = x', '2:5-6 bad-line: a key is missing before `=`'],
    ['=', '2:1-1 bad-line: a key is missing before `=`'],
    ['emperor-freq = 3', "2:1-13 wrong-place: `emperor-freq` is an option of the daemon's own config"],
    [
      'hook-post-fork = x',
      '2:1-15 not-supported: `hook-post-fork` is left out: it happens inside the processes of uWSGI, which alone can do it; the nearest is `hook-as-user`',
    ],
    ['macvlan = eth0', '2:1-8 not-supported: `macvlan` is not there yet'],
    ['safe_pidfile', '2:1-13 not-supported: `safe_pidfile` is not there yet'],
    [
      'processes = 4',
      '2:1-10 not-supported: `processes` is an option of uWSGI itself: files with a section [uwsgi] are run by it',
    ],
    ['constructor = 4', '2:1-12 unknown-key: unknown key `constructor`'],
  ])('%s', (line, problem) => {
    expect(wrong([line])).toEqual([problem]);
  });

  test('`x-…` and what is used as a placeholder are free', () => {
    expect(wrong(['x-anything = 1', 'x_else', 'port = 1', 'env = A=%(port)'])).toEqual([]);
  });

  test('on the command line they are flags', () => {
    const flags = [
      { name: 'comand', value: 'x', argument: 3 },
      { name: 'x-free', value: undefined, argument: 4 },
    ];
    expect(wrong([], { input: { flags } })).toEqual([
      '<command line>:1:3 unknown-key: unknown key `--comand`; did you mean `--command`?',
    ]);
  });
});

describe('values that are missing', () => {
  test.each([
    ['uid', '2:1-4 missing-value: `uid` needs a value'],
    ['stop-timeout =', '2:1-13 missing-value: `stop-timeout` needs a value'],
    ['start-limit', '2:1-12 missing-value: `start-limit` needs a value'],
    ['clone', '2:1-6 missing-value: `clone` needs a value'],
  ])('%s', (line, problem) => {
    expect(wrong([line])).toEqual([problem]);
  });

  test('a flag needs none, nor does `clone =`, which is none', () => {
    expect(wrong(['no-initgroups', 'clone =', 'init ='])).toEqual([]);
    expect(config(['init =']).init.value).toBe(true);
  });
});

describe('a comment behind a value', () => {
  const told = 'this is part of the value: comments are lines of their own';

  test.each([
    ['uid = anna # who', `2:12-17 bad-value: ${told}; did you mean \`anna\`?`],
    ['clone = fs, pid\t;all', `2:17-21 bad-value: ${told}; did you mean \`fs, pid\`?`],
    ['no-initgroups = yes ; really', `2:21-29 bad-value: ${told}; did you mean \`yes\`?`],
    ['set = uid = anna # who', `2:18-23 bad-value: ${told}; did you mean \`anna\`?`],
    ['uid = nobdy # who', `2:13-18 bad-value: ${told}; did you mean \`nobdy\`?`],
    ['uid = a b # who', '2:7-16 unknown-user: unknown user `a b # who`'],
    ['umask = # 022', '2:9-14 bad-value: `# 022` is not an octal mask such as 022'],
  ])('%j', (line, problem) => {
    expect(wrong([line])).toEqual([problem]);
  });

  test('words of a command line have none', () => {
    const flags = [{ name: 'uid', value: 'anna # who', argument: 3 }];
    expect(wrong([], { input: { flags } })).toEqual([
      '<command line>:1:3 unknown-user: unknown user `anna # who`',
    ]);
  });
});

test('a flag that is misspelt is not taken for true', () => {
  expect(wrong(['clone = pid', 'init = flase', 'no-initgroups = maybe'])).toEqual([
    '3:8-13 bad-value: `flase` is none of true, false, on, off, yes, no, 1, 0; did you mean `false`?',
    '4:17-22 bad-value: `maybe` is none of true, false, on, off, yes, no, 1, 0',
  ]);
});

describe('quotes', () => {
  test.each([
    [
      'hostname = "web"',
      '2:12-17 bad-value: quotes are part of a value here: leave them out; did you mean `web`?',
    ],
    [
      `uid = 'anna'`,
      '2:7-13 bad-value: quotes are part of a value here: leave them out; did you mean `anna`?',
    ],
    ['init = "no"', '2:8-12 bad-value: quotes are part of a value here: leave them out; did you mean `no`?'],
    ['hostname = ""', '2:12-14 bad-value: quotes are part of a value here: leave them out'],
  ])('%s', (line, problem) => {
    expect(wrong(['clone = uts', line].reverse())).toEqual([problem]);
  });

  test('a command and a variable keep theirs', () => {
    const { command, env } = config(['env = A="x"']);
    expect(env.get('A')?.value).toBe('"x"');
    expect(command.value).toEqual(['/bin/true']);
  });
});

describe('repeats', () => {
  test('of a single option: the last one counts, and the first one is told', () => {
    const { config: made, problems } = parseLines(['umask = 077', 'command = a', 'umask = 027']);
    expect(made?.umask.value).toBe(0o27);
    expect(shown(problems)).toEqual(['2:1-6 !repeated-key: line 4 has another `umask`: that one counts']);
  });

  test('an alias is the same option', () => {
    expect(wrong(['reload-mercy = 1', 'stop-timeout = 2'])).toEqual([
      '2:1-13 !repeated-key: line 3 has another `stop-timeout`: that one counts',
    ]);
  });

  test('what may be repeated adds up; another file may override', () => {
    const files = { '/a.ini': '[vassal]\numask = 027' };
    expect(wrong(['unenv = A', 'unenv = B', 'umask = 077', 'include = /a.ini'], { files })).toEqual([]);
    expect(config(['unenv = A', 'unenv = B']).unenv.map(({ value }) => value)).toEqual(['A', 'B']);
  });
});

test('a part of a value is pointed at, but not in what was expanded', () => {
  expect(wrong(['clone = fs, utz ,pid'])).toEqual([
    '2:13-16 bad-value: unknown namespace `utz` (there are fs, net, ipc, uts, pid, user, cgroup, time); did you mean `uts`?',
  ]);
  expect(shown(parseLines([`command = 😀 'x`]).problems)).toEqual(["2:13-14 unbalanced-quote: unbalanced '"]);
  expect(wrong(['x-ns = utz', 'clone = fs,%(x-ns)'])[0]).toMatch(
    /^3:9-19 bad-value: unknown namespace `utz`/,
  );
});
