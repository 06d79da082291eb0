// The words of commands that take every option of a config as a flag (`emperor`, `run`), besides options of their own.
import { type Flag, readCommandLine } from '../config/dialect/flags.ts';
import { normalKey } from '../config/dialect/lines.ts';
import { keysOf, type Scope } from '../config/options.ts';
import type { Located } from '../config/origin.ts';
import { nearest } from '../config/problems/nearest.ts';
import { checkOperands, optionsOf, unknownOption } from './arguments.ts';
import type { Arguments, Command } from './command.ts';
import { UsageError } from './errors.ts';
import { OPTIONS, type OptionName } from './options.ts';

interface Own {
  readonly name: OptionName;
  readonly value: string | true;
  /** How many words it takes. */
  readonly words: number;
}

/** Our own options are taken out; what stands between them is read as the config's. */
export function readConfigArguments(
  command: Command & { readonly configOptions: Scope },
  words: readonly string[],
  first: number,
): Arguments {
  const scope = command.configOptions;
  const own: [string, string | true][] = [];
  const flags: Flag[] = [];
  const operands: Located<string>[] = [];
  let from = 0;
  const take = (to: number | undefined) => {
    const read = readCommandLine(words.slice(from, to), scope, first + from);
    flags.push(...read.flags);
    operands.push(...read.operands);
    return read.command;
  };
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const found = ownOption(command, words, i);
    if (found === undefined) continue;
    own.push([found.name, found.value]);
    take(i);
    from = i + found.words;
    i = from - 1;
  }
  const run = take(undefined);
  for (const { value } of operands) if (/^-./.test(value)) throw unknownOption(value, []);
  for (const flag of flags) checkSpelling(command, flag, scope);
  checkOperands(command, operands.length);
  return { options: Object.fromEntries(own), operands, flags, command: run };
}

function ownOption(command: Command, words: readonly string[], index: number): Own | undefined {
  const word = words[index] ?? '';
  const split = word.indexOf('=');
  const written = split < 0 ? word : word.slice(0, split);
  const name = optionsOf(command).find((each) => `--${each}` === written);
  if (name === undefined) return undefined;
  const { value } = OPTIONS[name];
  if (value === undefined) {
    if (split >= 0) throw new UsageError(`\`${written}\` takes no value`);
    return { name, value: true, words: 1 };
  }
  const inline = split < 0 ? undefined : word.slice(split + 1);
  const given = inline ?? words[index + 1];
  if (!given || (inline === undefined && given.startsWith('--')))
    throw new UsageError(`\`${written}\` needs a value: ${value}`);
  return { name, value: given, words: inline === undefined ? 2 : 1 };
}

/** The config layer tells unknown keys; but it does not know our own options. */
function checkSpelling(command: Command, { name }: Flag, scope: Scope): void {
  const key = normalKey(name);
  const known = keysOf(scope);
  if (known.includes(key)) return;
  const suggestion = nearest(key, [...optionsOf(command), ...known]);
  if (optionsOf(command).some((each) => each === suggestion))
    throw unknownOption(`--${name}`, optionsOf(command));
}
