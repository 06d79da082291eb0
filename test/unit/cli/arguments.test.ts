import { describe, expect, test } from 'vitest';
import { readArguments, wantsHelp } from '../../../src/cli/arguments.ts';
import type { Command } from '../../../src/cli/command.ts';
import { readConfigArguments } from '../../../src/cli/config-arguments.ts';

const LOGS: Command = {
  name: 'logs',
  summary: '',
  usage: 'NAME…',
  options: ['follow', 'lines', 'json', 'control'],
  operands: [1, 2],
  load: () => Promise.reject(new Error('not to be loaded')),
};
const EMPEROR = {
  ...LOGS,
  options: ['config', 'control'],
  operands: [0, 9],
  configOptions: 'emperor',
} as const;
const RUN = { ...LOGS, options: ['config'], operands: [0, 1], configOptions: 'vassal' } as const;

const read = (...words: string[]) => {
  const { options, operands } = readArguments(LOGS, words, 2);
  return { ...options, operands: operands.map(({ value }) => value) };
};

describe('plain commands', () => {
  test.each([
    [['web'], {}],
    [['-f', 'web'], { follow: true }],
    [['web', '--follow', '--json'], { follow: true, json: true }],
    [['-n', '5', 'web'], { lines: '5' }],
    [['-n5', 'web'], { lines: '5' }],
    [['-fn5', 'web'], { follow: true, lines: '5' }],
    [['--lines=5', 'web'], { lines: '5' }],
    [['--lines', '1', 'web', '--lines', '2'], { lines: '2' }],
    [['--control=--odd', 'web'], { control: '--odd' }],
  ])('%j', (words, options) => {
    expect(read(...words)).toEqual({ ...options, operands: ['web'] });
  });

  test('after -- all are operands', () => {
    expect(read('-f', '--', '--json', '-h')).toEqual({ follow: true, operands: ['--json', '-h'] });
  });

  test.each([
    [['--folow', 'web'], 'unknown option `--folow`; did you mean `--follow`?'],
    [['--hlep', 'web'], 'unknown option `--hlep`; did you mean `--help`?'],
    [['--all', 'web'], 'unknown option `--all`'],
    [['-x', 'web'], 'unknown option `-x`'],
    [['--__proto__', 'web'], 'unknown option `--__proto__`'],
    [['--no-json', 'web'], 'unknown option `--no-json`'],
    [['web', '--lines'], '`--lines` needs a value: N'],
    [['web', '--lines', '--json'], '`--lines` needs a value: N'],
    [['web', '--lines='], '`--lines` needs a value: N'],
    [['--json=yes', 'web'], '`--json` takes no value'],
    [[], 'something is missing: tsjail logs NAME…'],
    [['a', 'b', 'c'], 'too many arguments: tsjail logs NAME…'],
  ])('%j is wrong', (words, message) => {
    expect(() => read(...words)).toThrow(message);
  });

  test('help is asked for anywhere before --', () => {
    expect(wantsHelp(['web', '-h'])).toBe(true);
    expect(wantsHelp(['--help'])).toBe(true);
    expect(wantsHelp(['--', '-h'])).toBe(false);
    expect(wantsHelp(['web'])).toBe(false);
  });
});

describe('commands that take config options', () => {
  test('own options are taken out, and every word keeps its number', () => {
    const words = [
      '/a',
      '--emperor-freq',
      '5',
      '--control',
      '/c',
      '--emperor-nofollow',
      '/b',
      '--config=/e',
      '/d',
    ];
    const { options, operands, flags } = readConfigArguments(EMPEROR, words, 2);
    expect(options).toEqual({ control: '/c', config: '/e' });
    expect(operands.map(({ value, at }) => [value, at.column])).toEqual([
      ['/a', 2],
      ['/b', 8],
      ['/d', 10],
    ]);
    expect(flags).toEqual([
      { name: 'emperor-freq', value: '5', argument: 3 },
      { name: 'emperor-nofollow', value: undefined, argument: 7 },
    ]);
  });

  test('the words after -- are the command, whatever they are', () => {
    const { options, operands, flags, command } = readConfigArguments(
      RUN,
      ['web.ini', '--clone=pid', '--config', 'e', '--', 'sh', '--config', '--', '-h'],
      2,
    );
    expect([options, operands.map(({ value }) => value), flags.length]).toEqual([
      { config: 'e' },
      ['web.ini'],
      1,
    ]);
    expect(command?.value).toEqual(['sh', '--config', '--', '-h']);
    expect(command?.at.column).toBe(7);
  });

  test.each([
    [['--confg=x'], 'unknown option `--confg`; did you mean `--config`?'],
    [['--config'], '`--config` needs a value: FILE'],
    [['--config', '--clone=fs'], '`--config` needs a value: FILE'],
    [['--config='], '`--config` needs a value: FILE'],
    [['-x'], 'unknown option `-x`'],
    [['a', 'b'], 'too many arguments'],
  ])('%j is wrong', (words, message) => {
    expect(() => readConfigArguments(RUN, words, 2)).toThrow(message);
  });

  test('a misspelt option of the config is left to the config, which knows them', () => {
    expect(readConfigArguments(RUN, ['--clnoe=fs'], 2).flags).toEqual([
      { name: 'clnoe', value: 'fs', argument: 2 },
    ]);
  });
});
