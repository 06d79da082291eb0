import { describe, expect, test } from 'vitest';
import { flagEntry, readCommandLine } from '../../../src/config/dialect/flags.ts';
import { COMMAND_LINE } from '../../../src/config/origin.ts';
import { parse, parseLines, shown } from './helpers.ts';

const run = (words: string, first?: number) => readCommandLine(words.split(' '), 'vassal', first);

describe('words of a command line', () => {
  test('`--key=value`, `--key value`, `--flag`, operands, and where each stands', () => {
    expect(run('web.ini --uid=anna --stop_signal HUP --init --env A=b=c more', 3)).toEqual({
      flags: [
        { name: 'uid', value: 'anna', argument: 4 },
        { name: 'stop_signal', value: 'HUP', argument: 5 },
        { name: 'init', value: undefined, argument: 7 },
        { name: 'env', value: 'A=b=c', argument: 8 },
      ],
      operands: [
        { value: 'web.ini', at: { file: COMMAND_LINE, line: 1, column: 3 } },
        { value: 'more', at: { file: COMMAND_LINE, line: 1, column: 10 } },
      ],
      command: undefined,
    });
  });

  test('what follows `--` is the command, untouched', () => {
    expect(run('--uid=1 -- sh -c --uid -- x').command).toEqual({
      value: ['sh', '-c', '--uid', '--', 'x'],
      at: { file: COMMAND_LINE, line: 1, column: 3 },
    });
    expect(run('a --').command).toBeUndefined();
  });

  test('an empty value is one; a value does not begin with `--`', () => {
    expect(run('--hostname= --uid --gid 5').flags).toEqual([
      { name: 'hostname', value: '', argument: 1 },
      { name: 'uid', value: undefined, argument: 2 },
      { name: 'gid', value: '5', argument: 3 },
    ]);
  });

  test('a flag takes no next word; nor does a key that is unknown; a directive does', () => {
    expect(run('--init false --nope x --include f').operands.map(({ value }) => value)).toEqual([
      'false',
      'x',
    ]);
    expect(readCommandLine(['--emperor', 'v', '--emperor-nofollow', 'w'], 'emperor')).toMatchObject({
      flags: [
        { name: 'emperor', value: 'v' },
        { name: 'emperor-nofollow', value: undefined },
      ],
      operands: [{ value: 'w' }],
    });
  });
});

test('a flag is the line of its name', () => {
  expect(flagEntry({ name: 'stop_signal', value: 'HUP', argument: 5 })).toMatchObject({
    key: 'stop-signal',
    written: '--stop_signal',
    value: 'HUP',
    bare: false,
    at: { file: COMMAND_LINE, line: 1, column: 5 },
  });
});

describe('`tsjail run`', () => {
  const alone = (words: string) => {
    const { flags, command } = run(words);
    return parse('', { input: { path: COMMAND_LINE, text: undefined, directory: '/cwd', flags, command } });
  };

  test('without a file: flags and a command', () => {
    const { config, problems } = alone('--clone=fs,uts --hostname=h --log=file:out --env=A=%n -- echo a');
    expect(shown(problems)).toEqual([]);
    expect(config).toMatchObject({
      name: 'web',
      file: COMMAND_LINE,
      command: { value: ['echo', 'a'], at: { column: 6 } },
      hostname: { value: 'h' },
      log: { value: { kind: 'file', path: '/cwd/out' } },
    });
    // The shell has expanded what was to be expanded.
    expect(config?.env.get('A')?.value).toBe('%n');
  });

  test('`--command` is a command line in one word', () => {
    const flags = [{ name: 'command', value: 'echo "a b"', argument: 2 }];
    const { config } = parse('', { input: { path: COMMAND_LINE, text: undefined, flags } });
    expect(config?.command.value).toEqual(['echo', 'a b']);
  });

  test('flags win over the file, and the command after `--` over both; repeats add up', () => {
    const { flags, command } = run('--umask=077 --env=B=2 --command=x -- y z');
    const { config } = parseLines(['umask = 027', 'env = A=1', 'env = B=1', 'command = w'], {
      input: { flags, command },
    });
    expect(config?.umask.value).toBe(0o77);
    expect([...(config?.env ?? [])].map(([name, { value }]) => name + value)).toEqual(['A1', 'B2']);
    expect(config?.command.value).toEqual(['y', 'z']);
  });

  test('directives are flags too', () => {
    const { flags } = run('--set=umask=077 --include=inc.ini --set-ph=port=1');
    const files = { '/cwd/inc.ini': '[vassal]\nenv = P=%(port)' };
    const { config, problems } = parseLines(['command = a'], { files, input: { flags } });
    expect(shown(problems)).toEqual([]);
    expect(config?.umask.value).toBe(0o77);
    expect(config?.env.get('P')?.value).toBe('1');
  });

  test('problems name the argument', () => {
    expect(shown(alone('--uid=nobdy --hostname=h --nope').problems, COMMAND_LINE)).toEqual([
      '1:1 missing-command: no `command`: what shall run? (`-- COMMAND…` or `--command=…`)',
      '1:1 unknown-user: unknown user `nobdy`',
      '1:2 needs-namespace: `hostname` needs a new uts namespace; did you mean `--clone=uts`?',
      '1:3 unknown-key: unknown key `--nope`',
    ]);
  });
});
