// A pseudo terminal of the jail's own, joined to ours: what is typed goes in raw, what comes out is shown, sizes follow.
// The jail never gets our terminal itself, so it cannot push keystrokes into it (TIOCSTI).
import { write as writeFd } from 'node:fs';
import { isatty } from 'node:tty';
import type { Native } from '../jail/native.ts';

const EPOLLIN = 1;
const STDIN = 0;
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
  const typed = (chunk: Buffer) => writeFd(master, chunk, () => {});
  // An end that was typed while the terminal was not raw yet is none.
  const ended = () => isatty(STDIN) || hungUp();
  process.stdin.on('end', ended).on('error', ended);
  // What is written to a terminal that was closed is lost.
  process.stdout.on('error', () => {});
  resize();
  process.stdout.on('resize', resize);
  process.stdin.setRawMode(true);
  process.stdin.on('data', typed);
  native.watch(master, EPOLLIN, () => show(native, master));
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
