// Options as command line flags: the same names as in a file. `--key=value`, `--key value` where it takes a value, `--flag`.

import { BARE_DIRECTIVES } from '../options/directives.ts';
import { DIRECTIVES, OPTIONS, type Option, optionOf, type Scope } from '../options.ts';
import { COMMAND_LINE, type Located, type Origin } from '../origin.ts';
import { BARE_IS_FINE } from '../values.ts';
import type { Entry } from './lines.ts';
import { normalKey } from './lines.ts';

export interface Flag {
  /** Without `--`. */
  readonly name: string;
  readonly value: string | undefined;
  /** Number of the argument, from 1: the column of its problems. */
  readonly argument: number;
}
export type EmperorFlag = Flag;

export interface CommandLine {
  readonly flags: readonly Flag[];
  /** Arguments that are no flags. */
  readonly operands: readonly Located<string>[];
  /** The words after `--`, as they are. */
  readonly command: Located<readonly string[]> | undefined;
}

/** `argv` begins with argument number `first` of what the user typed. */
export function readCommandLine(argv: readonly string[], scope: Scope, first = 1): CommandLine {
  const flags: Flag[] = [];
  const operands: Located<string>[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      const command = argv.slice(i + 1);
      return {
        flags,
        operands,
        command: command.length > 0 ? { value: command, at: argumentOrigin(first + i + 1) } : undefined,
      };
    }
    if (!word.startsWith('--')) {
      operands.push({ value: word, at: argumentOrigin(first + i) });
      continue;
    }
    const split = word.indexOf('=');
    const name = split < 0 ? word.slice(2) : word.slice(2, split);
    const argument = first + i;
    const next = argv[i + 1];
    if (split >= 0) flags.push({ name, value: word.slice(split + 1), argument });
    else if (takesValue(name, scope) && next !== undefined && !next.startsWith('--')) {
      flags.push({ name, value: next, argument });
      i++;
    } else flags.push({ name, value: undefined, argument });
  }
  return { flags, operands, command: undefined };
}

export function argumentOrigin(argument: number): Origin {
  return { file: COMMAND_LINE, line: 1, column: argument };
}

export function flagEntry({ name, value, argument }: Flag): Entry {
  const at = argumentOrigin(argument);
  const bare = value === undefined;
  return {
    section: '',
    key: normalKey(name),
    written: `--${name}`,
    value: value ?? '',
    bare,
    at,
    valueColumn: argument,
    source: '',
  };
}

function takesValue(name: string, scope: Scope): boolean {
  const key = normalKey(name);
  const option = optionOf(key, scope);
  if (option === undefined) return Object.hasOwn(DIRECTIVES, key) && !BARE_DIRECTIVES.has(key);
  const row: Option = OPTIONS[option];
  return !BARE_IS_FINE.has(row.type);
}
