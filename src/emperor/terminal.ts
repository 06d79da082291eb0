// A pseudo terminal of the jail's own, joined to ours: what is typed goes in raw, what comes out is shown, sizes follow.
// The jail never gets our terminal itself, so it cannot push keystrokes into it (TIOCSTI).
import { isatty } from 'node:tty';
import type { Native } from '../jail/native.ts';

const EPOLLIN = 1;
const EPOLLOUT = 4;
const STDIN = 0;
const STDOUT = 1;
const CHUNK = Buffer.allocUnsafe(64 * 1024);

export interface JoinedTerminal {
  readonly slaveStdio: readonly [number, number, number];
  /** Our copy of the slave would hide the end of the jail's. */
  closeSlave(): void;
  /** Shows what is still to be shown and gives our terminal back as it was. */
  restore(): void;
}

/** `hungUp`: our terminal was closed. The kernel signals that to the leader of our session alone (tty_io.c, __tty_hangup). */
export function onTerminal(native: Native, hungUp: () => void): JoinedTerminal {
  const [master, slave] = native.openTerminal();
  let slaveOpen = true;
  const resize = () => native.resizeTerminal(master, process.stdout.columns ?? 80, process.stdout.rows ?? 24);
  const input = new Input(native, master);
  const typed = (chunk: Buffer) => input.push(chunk);
  // An end that was typed while the terminal was not raw yet is none.
  const ended = () => isatty(STDIN) || hungUp();
  process.stdin.on('end', ended).on('error', ended);
  // What is written to a terminal that was closed is lost.
  process.stdout.on('error', () => {});
  resize();
  process.stdout.on('resize', resize);
  process.stdin.setRawMode(true);
  // The jail's terminal has done that already. At our end Node gives back what was there, and so does setRawMode().
  native.passOutput(STDOUT);
  process.stdin.on('data', typed);
  native.watch(master, EPOLLIN, (events) => input.ready(events));
  const closeSlave = () => {
    if (slaveOpen) native.close(slave);
    slaveOpen = false;
  };
  return {
    slaveStdio: [slave, slave, slave],
    closeSlave,
    restore: () => {
      closeSlave();
      native.unwatch(master);
      while (show(native, master));
      native.close(master);
      process.stdout.off('resize', resize);
      process.stdin.off('data', typed);
      process.stdin.off('end', ended);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    },
  };
}

/** False: nothing more for now. A master whose slave is closed everywhere gives EIO (pty(7)): the end. */
function show(native: Native, master: number): boolean {
  try {
    const size = native.read(master, CHUNK);
    if (size > 0) process.stdout.write(Buffer.from(CHUNK.subarray(0, size)));
    return size > 0;
  } catch {
    native.unwatch(master);
    return false;
  }
}

/** What is typed or pasted waits here where the jail does not read it: no more of it is taken from our terminal then. */
class Input {
  readonly #native: Native;
  readonly #master: number;
  #rest = Buffer.alloc(0);

  constructor(native: Native, master: number) {
    this.#native = native;
    this.#master = master;
  }

  push(chunk: Buffer): void {
    const waited = this.#rest.length > 0;
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!waited) this.#write();
  }

  ready(events: number): void {
    if ((events & EPOLLOUT) !== 0) this.#write();
    if ((events & ~EPOLLOUT) !== 0) show(this.#native, this.#master);
  }

  #write(): void {
    const waited = process.stdin.isPaused();
    try {
      while (this.#rest.length > 0) {
        const size = this.#native.write(this.#master, this.#rest);
        if (size < 0) break;
        this.#rest = this.#rest.subarray(size);
      }
    } catch {
      // Nobody has the other end any more.
      this.#rest = Buffer.alloc(0);
    }
    const waits = this.#rest.length > 0;
    if (waits === waited) return;
    this.#native.unwatch(this.#master);
    this.#native.watch(this.#master, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, (events) => this.ready(events));
    if (waits) process.stdin.pause();
    else process.stdin.resume();
  }
}
