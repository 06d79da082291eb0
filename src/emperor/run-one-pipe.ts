// What `tsjail run` hands to its command besides its own descriptors: the pipe of uWSGI's, where only the wish to leave is
// answered; and what uWSGI understands of the signals that end others.
import { constants } from 'node:os';
import type { Jail } from '../jail/hooked-jail.ts';
import type { Native } from '../jail/native.ts';
import type { Plan } from '../plan/step.ts';
import { EmperorPipe } from './emperor-pipe.ts';
import { Handover } from './handover.ts';

const { SIGHUP, SIGINT, SIGTERM } = constants.signals;
/** To uWSGI up to 2.0 both are a reload. */
const RELOADS: readonly number[] = [SIGHUP, SIGTERM];

export class OnePipe {
  /** Descriptors for the command. */
  readonly passed: readonly number[];
  readonly #handover: Handover;
  readonly #pipe: EmperorPipe | undefined;

  /** Throws NativeError when there are no descriptors to be had. */
  constructor(native: Native, plan: Plan, sockets: readonly number[]) {
    this.#handover = new Handover(native, sockets);
    this.passed = this.#handover.open(plan);
    const fd = this.#handover.take('emperor-pipe');
    this.#pipe = fd === undefined ? undefined : this.#listen(native, fd);
  }

  /** The jail has them. */
  given(): void {
    this.#handover.given();
  }

  close(): void {
    this.#pipe?.close();
    this.#handover.close();
  }

  #listen(native: Native, fd: number): EmperorPipe {
    const handlers = {
      said: (what: string) => {
        if (what === 'idle') this.#pipe?.stop(false);
      },
      unheard: () => {},
      warned: () => {},
    };
    return new EmperorPipe(native, fd, 0, handlers, () => {});
  }
}

/** A jail, as far as somebody in the foreground has to do with it. */
export type Commanded = Pick<Jail, 'commandPid' | 'announce' | 'signal' | 'kill'>;

/** `jail`, whose command is uWSGI: every signal that is to end it does. */
export function asUwsgi(jail: Jail): Commanded {
  return {
    get commandPid() {
      return jail.commandPid;
    },
    announce: (event) => jail.announce(event),
    signal: (signal) => jail.signal(RELOADS.includes(signal) ? SIGINT : signal),
    kill: () => jail.kill(),
  };
}
