// What a command is to the command table, and what it gets when it is called.
import type { Flag } from '../config/dialect/flags.ts';
import type { Scope } from '../config/options.ts';
import type { Located } from '../config/origin.ts';
import type { Io } from './io.ts';
import type { OptionName, OptionValues } from './options.ts';
import type { Style } from './style.ts';

export interface Command {
  readonly name: string;
  /** One line, for the overview. */
  readonly summary: string;
  /** What comes after `tsjail NAME`. */
  readonly usage: string;
  /** More to know, for its own help. */
  readonly about?: readonly string[];
  readonly examples?: readonly string[];
  /** Besides those that every command has. */
  readonly options: readonly OptionName[];
  /** Options of a config that are flags here. */
  readonly configOptions?: Scope;
  /** Flags that it does not know are what it is about. */
  readonly flagsAreOperands?: true;
  /** Fewest and most operands. */
  readonly operands: readonly [number, number];
  /** Loads the command's own modules: those of the others cost time, too. */
  readonly load: () => Promise<Run>;
}

/** Resolves with the exit code. */
export type Run = (call: Call) => Promise<number>;

export interface Arguments {
  readonly options: OptionValues;
  readonly operands: readonly Located<string>[];
  /** Options of a config. */
  readonly flags: readonly Flag[];
  /** The words after `--` of commands that take config options. */
  readonly command: Located<readonly string[]> | undefined;
}

export interface Call extends Arguments {
  readonly io: Io;
  readonly out: Style;
  readonly err: Style;
}
