// Help from the tables: the overview, and the page of a command.
import { optionsOf } from './arguments.ts';
import type { Call, Command } from './command.ts';
import { COMMANDS, commandCalled } from './commands.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { OPTIONS } from './options.ts';
import { fill, listOf } from './paragraphs.ts';

const NAME_WIDTH = 12;
const FLAG_WIDTH = 22;

export async function help({ operands, io, options }: Call): Promise<number> {
  const [name] = operands;
  if (options.json) {
    printJson(io.out, name === undefined ? COMMANDS.map(asJson) : asJson(commandCalled(name.value)));
    return EXIT.done;
  }
  io.out.write(name === undefined ? overview() : await commandHelp(commandCalled(name.value)));
  return EXIT.done;
}

function asJson(command: Command) {
  const { name, summary, usage, about = [], examples = [] } = command;
  return { name, summary, usage, about, examples, options: optionsOf(command) };
}

export function overview(): string {
  return [
    'usage: tsjail COMMAND …',
    '',
    ...listOf(
      COMMANDS.map(({ name, summary }) => [name, summary]),
      NAME_WIDTH,
    ),
    '',
    '`tsjail help COMMAND` tells more. Exit codes: 0 done, 1 failed, 2 wrong usage,',
    '3 not running, 4 no such vassal, 5 not permitted, 7 no daemon.',
    '',
  ].join('\n');
}

export async function commandHelp(command: Command): Promise<string> {
  const { name, summary, about = [], examples = [], configOptions } = command;
  const parts = [
    [`${summary[0]?.toUpperCase()}${summary.slice(1)}.`, ...about].flatMap((text) => fill(text)),
    examples.map((example) => `  ${example}`),
    ['options:', ...listOf(flagsOf(command), FLAG_WIDTH)],
    configOptions === undefined ? [] : (await import('./config-help.ts')).configFlags(configOptions),
  ];
  const usage = fill(`usage: tsjail ${name} ${command.usage}`, '       ');
  return `${[usage, ...parts.filter((part) => part.length > 0)].map((part) => part.join('\n')).join('\n\n')}\n`;
}

function flagsOf(command: Command): [string, string][] {
  const own = optionsOf(command).map((name): [string, string] => {
    const { short, value, help: text } = OPTIONS[name];
    const flag = `${short === undefined ? '   ' : `-${short},`} --${name}`;
    return [value === undefined ? flag : `${flag} ${value}`, text];
  });
  return [...own, ['-h, --help', 'this help']];
}
