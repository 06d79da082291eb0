// The words after a command's name → options and operands, by the command's row in the table.
import { parseArgs } from 'node:util';
import { nearest } from '../config/problems/nearest.ts';
import type { Arguments, Command } from './command.ts';
import { UsageError } from './errors.ts';
import { COMMON, OPTIONS, type OptionName, type OptionSpec, type OptionValues } from './options.ts';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

const HELP = ['-h', '--help'];

export function optionsOf(command: Pick<Command, 'options'>): OptionName[] {
  return [...command.options, ...COMMON];
}

/** After `--` they are words like others. */
export function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some((word) => HELP.includes(word));
}

/** `first`: number of the first word among all that the user typed. */
export function readArguments(command: Command, words: readonly string[], first: number): Arguments {
  const specs = optionsOf(command).map((name) => [name, OPTIONS[name]] as const);
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(specs.map(([name, spec]) => [name, parserRow(spec)])),
    strict: false,
    tokens: true,
  });
  const isAbout = (token: Token) => token.kind === 'option' && isSubject(command, token);
  const given = tokens.filter((token) => token.kind === 'option').filter((token) => !isAbout(token));
  const operands = tokens
    .filter((token) => token.kind === 'positional' || isAbout(token))
    .map((token) => ({
      value: token.kind === 'positional' ? token.value : (words[token.index] ?? ''),
      at: { file: '<command line>', line: 1, column: first + token.index },
    }));
  checkOperands(command, operands.length);
  return { options: readOptions(command, given), operands, flags: [], command: undefined };
}

/** A flag that is what the command is asked about. */
function isSubject(command: Command, { name, rawName }: OptionToken): boolean {
  const isOurs = optionsOf(command).some((each) => each === name);
  return command.flagsAreOperands === true && !isOurs && rawName.startsWith('--');
}

function parserRow(spec: OptionSpec): { type: 'string' | 'boolean'; short?: string } {
  const type = spec.value === undefined ? 'boolean' : 'string';
  return spec.short === undefined ? { type } : { type, short: spec.short };
}

/** Of an option that is given twice the last one counts. */
function readOptions(command: Command, given: readonly OptionToken[]): OptionValues {
  return Object.fromEntries(given.map((token) => [token.name, readOption(command, token)]));
}

function readOption(command: Command, { name, rawName, value, inlineValue }: OptionToken): string | true {
  const known = optionsOf(command).find((each) => each === name);
  if (known === undefined) throw unknownOption(rawName, optionsOf(command));
  if (OPTIONS[known].value === undefined) {
    if (value !== undefined) throw new UsageError(`\`${rawName}\` takes no value`);
    return true;
  }
  // parseArgs takes any next word for the value, also another option.
  const missing = value === undefined || value === '' || (!inlineValue && value.startsWith('-'));
  if (missing) throw new UsageError(`\`${rawName}\` needs a value: ${OPTIONS[known].value}`);
  return value;
}

export function unknownOption(written: string, known: readonly string[]): UsageError {
  const suggestion = written.startsWith('--') ? nearest(written.slice(2), [...known, 'help']) : undefined;
  const hint = suggestion === undefined ? '' : `; did you mean \`--${suggestion}\`?`;
  return new UsageError(`unknown option \`${written}\`${hint}`);
}

export function checkOperands(command: Command, count: number): void {
  const [least, most] = command.operands;
  const usage = `tsjail ${command.name} ${command.usage}`.trimEnd();
  if (count < least) throw new UsageError(`something is missing: ${usage}`);
  if (count > most) throw new UsageError(`too many arguments: ${usage}`);
}
