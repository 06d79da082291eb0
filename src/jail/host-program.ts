// A program of the host's that does something for a jail, such as newuidmap(1) in its set-up. It is started as jails are, by a
// launcher and the jailer: the loop does not stop for it, and it is no child that anybody could take for an orphan.
import { barePlan } from '../plan/bare.ts';
import { type Plan, type Step, step } from '../plan/step.ts';
import { parseMessage } from './messages.ts';
import type { ExitStatus, Native, NativeError } from './native.ts';
import { orderFor } from './order.ts';

export interface ProgramParts {
  readonly native: Native;
  readonly jailerFd: number;
  readonly nullFd: number;
}

export interface ProgramEnd {
  /** Null: it was killed, or could not be run. */
  readonly code: number | null;
  /** The last line of what it said, or why it could not be run. */
  readonly said: string;
}

const NEW_PIPE = -1;
const SIGKILL = 9;
/** A pipe holds no more. */
const MOST_SAID = 65_536;

export class HostProgram {
  readonly end: Promise<ProgramEnd>;
  readonly #native: Native;
  #pidfd = -1;
  #unwanted = false;

  /** `steps` end with its exec. `passed`: descriptors for its step `pass-fds`. `read` makes one line of all that it said;
   *  `cloneFlags`: of its new namespaces.
   *  Throws NativeError when not even the descriptors can be had. */
  constructor(
    { native, jailerFd, nullFd }: ProgramParts,
    steps: readonly Step[],
    passed: readonly number[] = [],
    read: (said: string) => string = lastLine,
    cloneFlags = 0,
  ) {
    this.#native = native;
    this.end = new Promise((resolve) => {
      const order = orderFor(native, planOf(steps, cloneFlags), undefined);
      const [control, output] = native.spawn(
        jailerFd,
        order,
        nullFd,
        NEW_PIPE,
        NEW_PIPE,
        passed,
        (error, pid, pidfd) => {
          const over = (status: ExitStatus | undefined, why: string) => {
            this.#pidfd = -1;
            const failure = why || failureOn(native, control);
            const said = failure || read(allSaid(native, output));
            native.close(control);
            native.close(output);
            resolve({ code: failure ? null : (status?.code ?? null), said: said || endOf(status) });
          };
          if (error) return over(undefined, error.message);
          this.#pidfd = pidfd;
          native.watchExit(pid, pidfd, (status) => over(status, ''));
          if (this.#unwanted) this.kill();
        },
      );
    });
  }

  kill(): void {
    this.#unwanted = true;
    if (this.#pidfd === -1) return;
    try {
      this.#native.signal(this.#pidfd, SIGKILL);
    } catch (error) {
      // ESRCH: dead already, its exit is on the way.
      if ((error as NativeError).code !== 'ESRCH') throw error;
    }
  }
}

/** `argv` begins with the program's path. */
export function programSteps(argv: readonly string[]): Step[] {
  return [step('session'), step('signals'), step('exec', [argv.length, ...argv])];
}

function planOf(steps: readonly Step[], cloneFlags: number): Plan {
  return { ...barePlan('tsjail-program', steps), cloneFlags };
}

/** What the jailer says when it cannot run the program. */
function failureOn(native: Native, control: number): string {
  for (let budget = 4; budget > 0; budget--) {
    const message = native.receive(control);
    if (message === null || message.data.length === 0) return '';
    const parsed = parseMessage(message.data);
    if (parsed?.kind === 'failed') return parsed.failure.detail;
  }
  return '';
}

/** It is dead: all that it said is in the pipe. */
function allSaid(native: Native, output: number): string {
  const said = Buffer.alloc(MOST_SAID);
  const size = Math.max(0, native.read(output, said));
  return said.toString('utf8', 0, size);
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? '';
}

function endOf(status: ExitStatus | undefined): string {
  return status?.signal ? `killed by signal ${status.signal}` : `exit code ${status?.code}`;
}
