// A port on a vassal's log file: opened and written on the thread pool, because a disk may be slow.
import { close, constants, open, write } from 'node:fs';
import { promisify } from 'node:util';
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

/** Opens it in another way: gives a descriptor of a regular file, that is then ours. */
export type OpenFile = () => Promise<number>;

export function filePort(path: string, openFile: OpenFile = () => openHere(path)): Port {
  let fd = -1;
  return {
    open(opened) {
      openFile().then(
        (opened_) => {
          fd = opened_;
          opened();
        },
        (error: Error) => opened(error),
      );
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

function openHere(path: string): Promise<number> {
  return promisify(open)(path, FLAGS, MODE);
}
