// All that is known of a command in the foreground when it has ended: `run` and `enter` tell it to programs.
import type { CommandExit } from '../jail/messages.ts';
import type { FailureFacts } from './exit-words.ts';
import type { LastExit } from './view.ts';

export interface OneFacts {
  readonly exit: LastExit;
  /** Null: it never came to one, or its init could not tell. */
  readonly command: CommandExit | null;
  readonly failure: FailureFacts | null;
  readonly begun: Begun;
}

/** As the host sees it; times are Unix seconds. */
export interface Begun {
  jailerPid: number | null;
  pid: number | null;
  startedAt: number | null;
}

export const NOT_BEGUN: Readonly<Begun> = { jailerPid: null, pid: null, startedAt: null };
