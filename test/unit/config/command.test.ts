import { describe, expect, test } from 'vitest';
import { at, parse, parseLines, shown } from './helpers.ts';

const command = (lines: readonly string[]) => parseLines(lines).config?.command;
const problems = (lines: readonly string[], input = {}) => shown(parseLines(lines, { input }).problems);

test.each([
  [`command = a 'b c' "d"`, ['a', 'b c', 'd']],
  ['command = "/opt/my prog"', ['/opt/my prog']],
  ['command = sh %dx.sh', ['sh', '/etc/tsjail/vassals/x.sh']],
  ['unprivileged-binary-patch-arg = ps aux | wc', ['/bin/sh', '-c', 'ps aux | wc']],
  ['privileged_binary_patch_arg = ps aux', ['ps', 'aux']],
  ['unprivileged-binary-patch = /opt/my prog', ['/opt/my prog']],
])('%s', (line, words) => {
  expect(command([line])).toEqual({ value: words, at: at(2) });
});

describe('which one counts', () => {
  test('the last one, whatever its name; the others are told', () => {
    const lines = [
      'command = a',
      'unprivileged-binary-patch = b',
      'command = c',
      'privileged-binary-patch-arg = d',
    ];
    expect(command(lines)?.value).toEqual(['d']);
    expect(problems(lines)).toEqual([
      '2:1-8 !repeated-key: line 4 has another `command`: that one counts',
      '2:1-8 !repeated-key: line 5 has `privileged-binary-patch-arg`: that one counts',
      '3:1-26 !repeated-key: line 5 has `privileged-binary-patch-arg`: that one counts',
      '4:1-8 !repeated-key: line 5 has `privileged-binary-patch-arg`: that one counts',
    ]);
  });
});

describe('none', () => {
  test('is told at the section', () => {
    expect(shown(parse('; x\n[vassal]\nclone = fs').problems)).toEqual([
      '2:1-9 missing-command: no `command`: what shall run?',
    ]);
  });

  test('where there is a bad one or a misspelt one, that says it', () => {
    expect(problems(["command = a '"])).toEqual(["2:13-14 unbalanced-quote: unbalanced '"]);
    expect(problems(['command ='])).toEqual(['2:1-8 missing-value: `command` needs a value']);
    expect(problems(['command = %(nope)'])).toHaveLength(1);
    expect(problems(['comamnd = a'])).toEqual([
      '2:1-8 unknown-key: unknown key `comamnd`; did you mean `command`?',
    ]);
  });
});

describe('one cause, one problem', () => {
  test.each([
    ['command sleep inf', 'command = sleep inf'],
    ['command: sleep inf', 'command = sleep inf'],
    ['command\tsleep --a=b c', 'command = sleep --a=b c'],
    ['include common.ini', 'include = common.ini'],
  ])('`=` is missing: %j', (line, meant) => {
    const [told = '', ...more] = problems([line]);
    expect(told).toContain(' bad-line: `=` is missing after `');
    expect(told).toContain(`; did you mean \`${meant}\`?`);
    expect(more).toEqual([]);
  });

  test('the command is not UTF-8', () => {
    expect(problems(['command = caf\ufffd'])).toEqual(['2:14-15 control-character: this line is not UTF-8']);
    const lines = ['command = a', 'include = caf\ufffd', 'caf\ufffd = b', 'env = A=%(x-a)', 'x-a = \ufffd'];
    expect(problems(lines).map((each) => each.split(' ')[1])).toEqual(Array(3).fill('control-character:'));
  });

  test('it would have come by an include', () => {
    const told = (text: string) =>
      shown(parse('[vassal]\ninclude = /c.inc', { files: { '/c.inc': text } }).problems);
    expect(told('command = a')).toEqual([
      '/c.inc:1:1 no-section: this line stands before the first [section]',
    ]);
    expect(told('[vasal]\ncommand = a')).toEqual([
      '2:11-17 no-section: /c.inc has no section [vassal]; did you mean `vasal`?',
    ]);
    expect(told('[vassal\ncommand = a')).toEqual([
      '/c.inc:1:1-8 bad-section: `]` is missing at the end of the section line',
    ]);
    expect(told('\0')).toEqual(['/c.inc:1:1 not-text: this is not a text file: it holds a NUL byte']);
    expect(problems(['include = /none'])).toEqual([
      '2:11-16 unreadable: cannot read /none: ENOENT (no such file)',
    ]);
    expect(told('[vassal]\numask = 022')).toEqual(['1:1-9 missing-command: no `command`: what shall run?']);
  });

  test('the section line is bad', () => {
    expect(shown(parse('[vas\u0001sal]\ncommand = a').problems)).toEqual([
      '1:5-6 control-character: control character U+0001',
    ]);
  });
});

test('shell syntax is a warning', () => {
  const { config, problems: told } = parseLines(['command = a | b']);
  expect(config?.command.value).toEqual(['a', '|', 'b']);
  expect(shown(told)).toEqual([
    '2:11-16 !shell-syntax: `|` is a word like any other here: no shell runs the command; did you mean `sh -c "…"`?',
  ]);
  expect(problems(["command = sh -c 'a | b'"])).toEqual([]);
  expect(problems(['command = a # b'])).toEqual([
    '2:11-16 !shell-syntax: `#` is a word like any other here: comments are lines of their own',
  ]);
});

test('words of a command line: not none, and no NUL', () => {
  const words = (...value: string[]) => problems([], { command: { value, at: at(1, 4, '<command line>') } });
  expect(words('a', '')).toEqual([]);
  expect(words('')).toEqual(['<command line>:1:4 bad-value: the command is empty']);
  expect(words('a', 'b\0')).toEqual(['<command line>:1:4 bad-value: a NUL byte in the command']);
});
