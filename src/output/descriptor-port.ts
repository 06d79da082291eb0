// A port on one of the daemon's own descriptors, or on its log file: what can be written is written before write() returns,
// so that the last words of a daemon that dies are there; what cannot is tried again shortly.
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Port } from './bounded-writer.ts';

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;
/** How long a pipe or terminal that takes nothing more is left alone: the longer the longer nobody reads. */
const LEAST_PAUSE_MS = 1;
const MOST_PAUSE_MS = 32;

/** Writes to a descriptor that `open` gives anew each time. */
export function descriptorPort(open: () => OpenDescriptor): Port {
  let target: OpenDescriptor | undefined;
  let pauseMs = LEAST_PAUSE_MS;
  return {
    open(opened) {
      const error = attempt(() => {
        target = open();
      });
      opened(error);
    },
    write(bytes, done) {
      let written = 0;
      const error = attempt(() => {
        written = writeSync(target?.fd ?? -1, bytes);
      });
      if (error?.code !== 'EAGAIN') {
        pauseMs = LEAST_PAUSE_MS;
        return done(error, written);
      }
      setTimeout(done, pauseMs, undefined, 0).unref();
      pauseMs = Math.min(MOST_PAUSE_MS, pauseMs * 2);
    },
    close() {
      target?.close();
      target = undefined;
    },
  };
}

export interface OpenDescriptor {
  readonly fd: number;
  close(): void;
}

/** A log file; it belongs to the daemon alone. */
export function logFile(path: string): OpenDescriptor {
  return owned(openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o640));
}

/** Non-blocking access to descriptor `fd`, which others may share: its flags must stay as they are. */
export function standardStream(fd: number): OpenDescriptor {
  const stat = fstatSync(fd);
  if (stat.isSocket()) return nonBlockingSocket(fd);
  // An offset of our own would have us and the others who write there overwrite one another.
  if (stat.isFile()) return { fd, close: () => {} };
  try {
    return owned(openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY));
  } catch {
    // Somebody else's pipe, or no /proc: then it may block.
    return { fd, close: () => {} };
  }
}

/** A socket cannot be opened a second time (ENXIO), so its shared description must do: libuv makes it non-blocking. */
function nonBlockingSocket(fd: number): OpenDescriptor {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => {});
  socket.unref();
  return { fd, close: () => {} };
}

function owned(fd: number): OpenDescriptor {
  return { fd, close: () => closeSync(fd) };
}

function attempt(action: () => void): NodeJS.ErrnoException | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
