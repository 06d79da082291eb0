// A port on journald's stdout socket (systemd-journald.service(8)): a header that names who speaks, then lines.
import type { Port } from './bounded-writer.ts';

/** The calls of the addon that a connection to the journal needs. */
export interface JournalSystem {
  connectUnix(path: string): number;
  /** Bytes written, or -1 for EAGAIN. */
  write(fd: number, data: Uint8Array): number;
  watch(fd: number, events: number, ready: (events: number) => void): void;
  unwatch(fd: number): void;
  close(fd: number): void;
}

const PATH = '/run/systemd/journal/stdout';
const EPOLLOUT = 4;
const PRIORITY_INFO = 6;

export function journalPort(identifier: string, system: JournalSystem): Port {
  let fd = -1;
  return {
    open(opened) {
      try {
        fd = system.connectUnix(PATH);
        // 100 bytes into an empty socket buffer: they always fit.
        system.write(fd, Buffer.from(header(identifier)));
        opened();
      } catch (error) {
        opened(error as Error);
      }
    },
    write(bytes, done) {
      try {
        const written = system.write(fd, bytes);
        if (written >= 0) return done(undefined, written);
      } catch (error) {
        return done(error as Error, 0);
      }
      system.watch(fd, EPOLLOUT, () => {
        system.unwatch(fd);
        done(undefined, 0);
      });
    },
    close() {
      system.close(fd);
      fd = -1;
    },
  };
}

/** Lines: identifier, unit, priority, `<N>` prefixes are read, and forwarding to syslog, kmsg and console. */
function header(identifier: string): string {
  return [identifier, '', PRIORITY_INFO, 0, 0, 0, 0, ''].join('\n');
}
