// What a command has of the world: its output, its environment, the time. Tests give it others.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT, Failure, OutputClosed } from './errors.ts';

export interface Output {
  readonly isTTY: boolean;
  /** Of a terminal that knows. */
  readonly columns: number | undefined;
  /** Written when it returns. Throws OutputClosed when nobody reads any more. */
  write(text: string): void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Io {
  /** Data. */
  readonly out: Output;
  /** Messages. */
  readonly err: Output;
  readonly stdinIsTTY: boolean;
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** How long a descriptor that somebody else made non-blocking is left alone when it takes nothing more. */
const PAUSE_MS = 10;

/** process.stdout would make a pipe non-blocking, also for the command of `run` and for others who share it. */
export function processIo(): Io {
  return {
    out: {
      isTTY: isatty(STDOUT),
      get columns() {
        return process.stdout.columns || undefined;
      },
      write: (text) => attempt(STDOUT, text, refuse),
    },
    // Nobody reads what we have to say: that is no reason not to do our work.
    err: { isTTY: isatty(STDERR), columns: undefined, write: (text) => attempt(STDERR, text, () => {}) },
    stdinIsTTY: isatty(STDIN),
    env: process.env,
    now: Date.now,
  };
}

function attempt(fd: number, text: string, failed: (error: NodeJS.ErrnoException) => void): void {
  try {
    writeAll(fd, Buffer.from(text));
  } catch (error) {
    failed(error as NodeJS.ErrnoException);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function refuse(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') throw new OutputClosed();
  throw new Failure(EXIT.failed, `cannot write to stdout: ${error.message}`);
}
