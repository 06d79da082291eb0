// What a shell can complete, from the tables of commands and options: the scripts of all shells are made of this.

import { CAPABILITIES } from '../../config/identity/capabilities.ts';
import { NAMESPACES } from '../../config/namespaces.ts';
import { OPTIONS as CONFIG_OPTIONS, OPTION_NAMES, type Option, type Scope } from '../../config/options.ts';
import { TYPES, type TypeName } from '../../config/values.ts';
import { MAGIC_WORDS } from '../../config/words/magic.ts';
import { topicWords } from '../../config/words/topics.ts';
import { optionsOf } from '../arguments.ts';
import type { Command } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { OPTIONS } from '../options.ts';

/** What an operand or a value may be. */
export type Completed =
  | { readonly kind: 'vassals' | 'configs' | 'files' | 'directories' | 'programs' | 'nothing' }
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly listed?: true };

export interface CompletedFlag {
  /** With its dashes. */
  readonly name: string;
  readonly short: string | undefined;
  readonly help: string;
  /** Undefined: it takes no value. */
  readonly value: Completed | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly help: string;
  readonly flags: readonly CompletedFlag[];
  readonly operands: Completed;
  /** After `--` there is a command line. */
  readonly runs: boolean;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
const NOTHING: Completed = { kind: 'nothing' };
const FILES: Completed = { kind: 'files' };
const LONGEST_HELP = 60;

export function completedCommands(): CompletedCommand[] {
  return COMMANDS.map((command) => ({
    name: command.name,
    help: command.summary,
    flags: [...ownFlags(command), ...configFlags(command.configOptions)],
    operands: operandsOf(command),
    runs: / -- /.test(command.usage),
  }));
}

/** By the words that stand for them in usages. */
const OPERANDS: Readonly<Record<string, () => Completed>> = {
  NAME: () => ({ kind: 'vassals' }),
  FILE: () => ({ kind: 'configs' }),
  PATH: () => ({ kind: 'configs' }),
  SOURCE: () => ({ kind: 'directories' }),
  COMMAND: () => words(COMMANDS.map(({ name }) => name)),
  SHELL: () => words(SHELLS),
  TOPIC: () => words(topicWords().filter((word) => !Object.hasOwn(MAGIC_WORDS, word.slice(1)))),
};

/** `[-n N] NAME… | --all`: the first word in capitals that is no option's. */
function operandsOf({ usage }: Command): Completed {
  const operands = usage.replace(/\[-[^\]]*\]/g, '');
  const [, word = ''] = /\b([A-Z]{2,})\b/.exec(operands.split(' -- ')[0] ?? '') ?? [];
  return OPERANDS[word]?.() ?? NOTHING;
}

/** By the words that stand for them in help. */
const VALUES: Readonly<Record<string, Completed>> = {
  FILE: FILES,
  SOCKET: FILES,
  FORMAT: words(['text', 'json']),
  WHEN: words(['auto', 'always', 'never']),
};

function ownFlags(command: Command): CompletedFlag[] {
  const own = optionsOf(command).map((name): CompletedFlag => {
    const { short, value, help } = OPTIONS[name];
    return {
      name: `--${name}`,
      short: short && `-${short}`,
      help: brief(help),
      value: value === undefined ? undefined : (VALUES[value] ?? NOTHING),
    };
  });
  return [...own, { name: '--help', short: '-h', help: 'help', value: undefined }];
}

function configFlags(scope: Scope | undefined): CompletedFlag[] {
  if (scope === undefined) return [];
  const names = OPTION_NAMES.filter((name) => CONFIG_OPTIONS[name].scope === scope);
  return names.map((name) => {
    const { type, help }: Option = CONFIG_OPTIONS[name];
    const value = TYPES[type].syntax === '' ? undefined : (OF_TYPES[type] ?? NOTHING);
    return { name: `--${name}`, short: undefined, help: brief(help), value };
  });
}

const CAPABILITY_NAMES = listed([...CAPABILITIES.map(({ name }) => name), 'all', 'none']);
const DIRECTORIES: Completed = { kind: 'directories' };
const PATHS: readonly TypeName[] = [
  'path',
  'file-path',
  'template',
  'cgroup-directory',
  'listen-address',
  'command-address',
];

const OF_TYPES: Readonly<Partial<Record<TypeName, Completed>>> = {
  ...Object.fromEntries(PATHS.map((type) => [type, FILES])),
  namespaces: listed([...NAMESPACES.map(({ name }) => name), 'none']),
  'served-namespaces': listed(NAMESPACES.filter(({ name }) => name !== 'user').map(({ proc }) => proc)),
  capabilities: CAPABILITY_NAMES,
  signal: words(['HUP', 'INT', 'QUIT', 'KILL', 'USR1', 'USR2', 'TERM', 'WINCH']),
  restart: words(['always', 'on-failure', 'never']),
  reload: words(['restart', 'overlap', 'signal:HUP', 'emperor', 'none']),
  ready: words(['exec', 'notify', 'emperor', 'socket:', 'fd:', 'delay:']),
  log: words(['emperor', 'file:', 'journal', 'null']),
  proc: words(['auto', 'on', 'off']),
  dev: words(['minimal', 'host']),
  cron: words(['@hourly', '@daily', '@weekly', '@monthly', '@yearly']),
  names: { kind: 'vassals' },
  'vassal-name': { kind: 'vassals' },
  monitor: DIRECTORIES,
  'namespace-root': DIRECTORIES,
  program: { kind: 'programs' },
  command: { kind: 'programs' },
};

function words(all: readonly string[]): Completed {
  return { kind: 'words', words: all };
}

function listed(all: readonly string[]): Completed {
  return { kind: 'words', words: all, listed: true };
}

/** Of the first part of a sentence as many words as fit beside the name. */
function brief(help: string): string {
  const [first = ''] = help.split(/[;(]|: /);
  const text = first.trim().replaceAll('`', '');
  if (text.length <= LONGEST_HELP) return text;
  return `${text.slice(0, LONGEST_HELP).replace(/\s+\S*$/, '')} …`;
}
