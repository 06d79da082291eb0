import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { EXIT, explain, OutputClosed } from '../../../src/cli/errors.ts';
import { OPTIONS } from '../../../src/cli/options.ts';
import { OPTIONS as CONFIG_OPTIONS, OPTION_NAMES } from '../../../src/config/options.ts';
import { CapturedOutput, tsjail } from './harness.ts';

const NAMES = COMMANDS.map(({ name }) => name);

describe('help', () => {
  test.each([['help'], ['--help'], ['-h']])('%s lists every command', async (word) => {
    const { code, out, err } = await tsjail([word]);
    expect([code, err]).toEqual([0, '']);
    for (const { name, summary } of COMMANDS)
      expect(out).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
  });

  test('nothing at all is wrong usage', async () => {
    const { code, out, err } = await tsjail([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('usage: tsjail COMMAND');
  });

  test.each(NAMES)('of %s: usage, every option, 80 columns', async (name) => {
    const { code, out } = await tsjail(['help', name]);
    expect(code).toBe(0);
    expect(out).toContain(`usage: tsjail ${name}`);
    const command = COMMANDS.find((each) => each.name === name);
    for (const option of [...(command?.options ?? []), 'color', 'help'] as const)
      expect(out).toContain(`--${option}`);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await tsjail([name, '--help'])).out).toBe(out);
    expect((await tsjail([name, '-h'])).out).toBe(out);
    expect((await tsjail(['--help', name])).out).toBe(out);
  });

  test.each([
    ['emperor', 'emperor'],
    ['run', 'vassal'],
  ])('of %s lists every option of a config', async (name, scope) => {
    const { out } = await tsjail(['help', name]);
    for (const option of OPTION_NAMES)
      expect(new RegExp(`^ {2}--${option}(=|\\s|$)`, 'm').test(out)).toBe(
        CONFIG_OPTIONS[option].scope === scope,
      );
  });

  test('of a command that there is not', async () => {
    const { code, err } = await tsjail(['help', 'sttus']);
    expect([code, err]).toEqual([
      2,
      'tsjail: unknown command `sttus`; did you mean `status`?\nsee `tsjail help help`\n',
    ]);
  });
});

test('the table is whole: options exist, usage names the options that the command is about', () => {
  for (const { options, summary, usage } of COMMANDS) {
    for (const option of options) expect(OPTIONS[option]).toBeDefined();
    expect(summary).not.toMatch(/\.$|^[A-Z]/);
    for (const [, flag] of usage.matchAll(/--([a-z-]+)/g)) expect(options).toContain(flag);
  }
});

test('every command has --json', () => {
  for (const { name, options, usage } of COMMANDS) {
    expect(options, name).toContain('json');
    expect(usage, name).toContain('--json');
  }
});

test('--version is one line', async () => {
  const { code, out } = await tsjail(['--version']);
  expect([code, out]).toEqual([0, expect.stringMatching(/^tsjail \d+\.\d+\.\d+\S*\n$/)]);
});

describe('wrong usage', () => {
  test.each([
    [['stat'], 'unknown command `stat`; did you mean `status`?'],
    [['sttaus'], 'unknown command `sttaus`; did you mean `status`?'],
    [['frobnicate'], 'unknown command `frobnicate`\n'],
    [['constructor'], 'unknown command `constructor`\n'],
    [['--control', '/x', 'ls'], 'unknown option `--control`; options come after the command'],
    [['ls', '--jsno'], 'unknown option `--jsno`; did you mean `--json`?\nsee `tsjail help ls`'],
    [['version', 'web'], 'too many arguments: tsjail version [--json]'],
    [['logs'], 'which vassal? NAME…, or --all'],
    [['logs', 'web', '-n', 'x'], '`--lines` takes a number, not `x`'],
    [['start'], 'which vassal? NAME…, or --all'],
    [['stop', '--all', 'web'], 'either --all or names'],
    [['check'], 'something is missing: tsjail check PATH…'],
    [['ls', '--color=sometimes'], '--color is one of auto, always, never'],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await tsjail(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err.startsWith(`tsjail: ${message}`)).toBe(true);
  });

  test.each(['enter', 'top', 'reexec'].filter((name) => !NAMES.includes(name)))(
    '%s is not there yet, and nothing else is meant',
    async (name) => {
      const { code, err } = await tsjail([name]);
      expect([code, err]).toEqual([2, `tsjail: \`${name}\` is not there yet\nsee \`tsjail help\`\n`]);
    },
  );
});

describe('how failures are explained', () => {
  const system = (code: string) => Object.assign(new Error(`${code}: open '/x'`), { code, syscall: 'open' });

  test('a system call that failed has no stack', () => {
    expect(explain(system('ENOENT'))).toEqual({ code: 1, text: "tsjail: ENOENT: open '/x'\n" });
    expect(explain(system('EACCES')).code).toBe(5);
    expect(explain(system('EPERM')).code).toBe(5);
  });

  test('an addon that is not built says how to build it', () => {
    const missing = Object.assign(new Error("Cannot find module '/b/tsjail.node'\nRequire stack:\n- x"), {
      code: 'MODULE_NOT_FOUND',
    });
    expect(explain(missing)).toEqual({
      code: 1,
      text: "tsjail: Cannot find module '/b/tsjail.node'; build it with: npm run build\n",
    });
  });

  test.each([new TypeError('x is not a function'), 'a string', undefined])(
    'what nobody expected is a bug: %s',
    (error) => {
      const { code, text } = explain(error);
      expect(code).toBe(EXIT.bug);
      expect(text).toMatch(/^tsjail: this is a bug/);
      if (error instanceof Error) expect(text).toContain('    at ');
    },
  );

  test('output that nobody reads is no failure to talk about', async () => {
    expect(explain(new OutputClosed())).toEqual({ code: 141, text: '' });
    const out = new CapturedOutput();
    out.closed = true;
    expect(await tsjail(['help'], { out })).toEqual({ code: 141, out: '', err: '' });
  });
});

describe('completion', () => {
  test('--json: what the scripts are made of', async () => {
    const { code, out } = await tsjail(['completion', '--json']);
    expect(code).toBe(0);
    const commands = JSON.parse(out) as { name: string; flags: { name: string; value: unknown }[] }[];
    expect(commands.map(({ name }) => name)).toEqual(NAMES);
    const flag = (command: string, name: string) =>
      commands.find((each) => each.name === command)?.flags.find((each) => each.name === name);
    expect(flag('run', '--restart')).toMatchObject({
      short: null,
      value: { kind: 'words', words: ['always', 'on-failure', 'never'] },
    });
    expect(flag('ls', '--json')).toMatchObject({ value: null });
    expect(commands.find(({ name }) => name === 'stop')).toMatchObject({ operands: { kind: 'vassals' } });
  });

  test('for one shell, or for programs', async () => {
    expect(await tsjail(['completion'])).toMatchObject({ code: 2, out: '' });
    expect(await tsjail(['completion', 'bash', '--json'])).toMatchObject({ code: 2, out: '' });
  });
});
