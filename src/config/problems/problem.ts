// What is wrong with a user's input: a value that is collected and shown, never thrown.
import type { Origin } from '../origin.ts';

/** One thing wrong in a config file. `source` is the text of that line, for the caret. */
export interface Problem extends Origin {
  readonly endColumn?: number;
  readonly severity: 'error' | 'warning';
  /** Stable word for scripts, such as `unknown-key`. */
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string;
  readonly source?: string;
}

/** Codes of what is wrong with a whole file: told at its first line and column for want of others. */
const OF_WHOLE_FILES: readonly string[] = ['unreadable', 'not-text', 'bad-name', 'bad-owner'];

/** Is there a line to look at? */
export function hasOwnLine({ code, line, column }: Pick<Problem, 'code' | 'line' | 'column'>): boolean {
  return line !== 1 || column !== 1 || !OF_WHOLE_FILES.includes(code);
}
