// Where a value came from: every option, and later every step of a plan, carries the line that asked for it.

/** The file of what was said on a command line: a word's number is its column. */
export const COMMAND_LINE = '<command line>';

/** A position in a config file. Lines and columns count from 1; columns count code points. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** In tyrant mode: whoever owns the vassal's file asks, and nobody else; undefined: the daemon's own config. */
  readonly whose?: 'tenant';
}

/** A value together with the line that gave it. */
export interface Located<T> {
  readonly value: T;
  readonly at: Origin;
}
