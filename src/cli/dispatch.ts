// From the words that the user typed to the command that is meant, and its exit code.
import { readArguments, wantsHelp } from './arguments.ts';
import type { Arguments, Command } from './command.ts';
import { commandCalled } from './commands.ts';
import { EXIT, UsageError } from './errors.ts';
import type { Io } from './io.ts';
import { styleOf } from './style.ts';

/** Words are numbered from 1 for messages; that of the command is the first. */
const FIRST_ARGUMENT = 2;

/** Throws what `explain` explains. `chosen` is told the command's name once it is known. */
export async function dispatch(
  argv: readonly string[],
  io: Io,
  chosen: (name: string) => void = () => {},
): Promise<number> {
  const [word, ...words] = argv;
  if (word === undefined) return showOverview(io);
  if (word === '--version') return showVersion(io);
  if (word === '--help' || word === '-h') return dispatch(['help', ...words], io);
  if (word.startsWith('-'))
    throw new UsageError(`unknown option \`${word}\`; options come after the command`);
  const command = commandCalled(word);
  chosen(command.name);
  if (wantsHelp(words)) return showHelp(command, io);
  const run = await command.load();
  const given = await read(command, words);
  const { color } = given.options;
  return run({ ...given, io, out: styleOf(io.out, io.env, color), err: styleOf(io.err, io.env, color) });
}

async function read(command: Command, words: readonly string[]): Promise<Arguments> {
  const { configOptions } = command;
  if (configOptions === undefined) return readArguments(command, words, FIRST_ARGUMENT);
  const { readConfigArguments } = await import('./config-arguments.ts');
  return readConfigArguments({ ...command, configOptions }, words, FIRST_ARGUMENT);
}

async function showHelp(command: Command, io: Io): Promise<number> {
  const { commandHelp } = await import('./help.ts');
  io.out.write(await commandHelp(command));
  return EXIT.done;
}

/** Nothing was asked for: that is not how it is used. */
async function showOverview(io: Io): Promise<number> {
  const { overview } = await import('./help.ts');
  io.err.write(overview());
  return EXIT.usage;
}

async function showVersion(io: Io): Promise<number> {
  const { ownVersion } = await import('../system/version.ts');
  io.out.write(`tsjail ${ownVersion()}\n`);
  return EXIT.done;
}
