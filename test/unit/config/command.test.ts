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

test('shell syntax is a warning', () => {
  const { config, problems: told } = parseLines(['command = a | b']);
  expect(config?.command.value).toEqual(['a', '|', 'b']);
  expect(shown(told)).toEqual([
    '2:11-16 !shell-syntax: `|` is a word like any other here: no shell runs the command; did you mean `sh -c "…"`?',
  ]);
  expect(problems(["command = sh -c 'a | b'"])).toEqual([]);
});

test('words of a command line: not none, and no NUL', () => {
  const words = (...value: string[]) => problems([], { command: { value, at: at(1, 4, '<command line>') } });
  expect(words('a', '')).toEqual([]);
  expect(words('')).toEqual(['<command line>:1:4 bad-value: the command is empty']);
  expect(words('a', 'b\0')).toEqual(['<command line>:1:4 bad-value: a NUL byte in the command']);
});
