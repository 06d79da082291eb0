// A port on a vassal's log file: opened and written on the thread pool, because a disk may be slow.
import { close, constants, open, write } from 'node:fs';
import type { Port } from './bounded-writer.ts';

/** O_NOFOLLOW: in a directory that a vassal may write, a link would let it choose what the daemon writes to. */
const FLAGS =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK |
  constants.O_NOCTTY;
const MODE = 0o640;

export function filePort(path: string): Port {
  let fd = -1;
  return {
    open(opened) {
      open(path, FLAGS, MODE, (error, opened_) => {
        fd = opened_ ?? -1;
        opened(error ?? undefined);
      });
    },
    write(bytes, done) {
      write(fd, bytes, (error, written) => done(error ?? undefined, written));
    },
    close() {
      close(fd, () => {});
      fd = -1;
    },
  };
}
