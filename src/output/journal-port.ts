// A port on the journal's own protocol (systemd: docs/JOURNAL_NATIVE_PROTOCOL): a datagram for each line, with the vassal's name in
// fields of its own. A line has no newline and no control in it, so nothing that a vassal prints can be taken for a field.
import type { Port } from './bounded-writer.ts';
import type { LogLine } from './line.ts';

/** The calls of the addon that a connection to the journal needs. */
export interface JournalSystem {
  connectDatagram(path: string): number;
  /** Bytes written, or -1 for EAGAIN. */
  write(fd: number, data: Uint8Array): number;
  watch(fd: number, events: number, ready: (events: number) => void): void;
  unwatch(fd: number): void;
  close(fd: number): void;
}

const PATH = '/run/systemd/journal/socket';
const EPOLLOUT = 4;
const NEWLINE = 10;
const SPACE = 32;
/** syslog(3): what a vassal prints is info, what tsjail says of it is notice. */
const PRIORITY: Readonly<Record<LogLine['stream'], number>> = { out: 6, tsjail: 5 };
/** Each costs some microseconds: others are to have their turn too. */
const LINES_AT_ONCE = 64;
/** Where the socket takes no more (net.core.wmem_default); a line has at most 64 KiB. */
const SHORTENED = 4096;

/** What lines of a stream begin with so that the port knows what their fields are to say. Undone by `partsOf`. */
export function journalMark(stream: LogLine['stream'], generation: number): string {
  return `${PRIORITY[stream]}${generation} `;
}

export function journalPort(vassal: string, system: JournalSystem, path = PATH): Port {
  let fd = -1;
  const fields = `SYSLOG_IDENTIFIER=${vassal}\nTSJAIL_VASSAL=${vassal}\n`;
  const send = (line: Buffer) => {
    const { priority, generation, message } = partsOf(line);
    const head = Buffer.from(
      `${fields}PRIORITY=${priority}\nTSJAIL_GENERATION=${generation}\nTSJAIL_STREAM=${priority === PRIORITY.out ? 'out' : 'tsjail'}\nMESSAGE=`,
    );
    const datagram = (text: Buffer) => Buffer.concat([head, text, END]);
    try {
      return system.write(fd, datagram(message));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EMSGSIZE') throw error;
      return system.write(fd, datagram(message.subarray(0, SHORTENED)));
    }
  };
  return {
    open(opened) {
      try {
        fd = system.connectDatagram(path);
      } catch (error) {
        return opened(error as Error);
      }
      opened();
    },
    write(bytes, done) {
      let sent = 0;
      try {
        for (let budget = LINES_AT_ONCE; budget > 0 && sent < bytes.length; budget--) {
          const end = bytes.indexOf(NEWLINE, sent);
          if (send(bytes.subarray(sent, end)) < 0) break;
          sent = end + 1;
        }
      } catch (error) {
        return done(error as Error, 0);
      }
      if (sent === bytes.length) return done(undefined, sent);
      if (sent > 0) return void setImmediate(done, undefined, sent);
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

const END = Buffer.from('\n');

/** The gap of a writer has no mark: it is tsjail's, of no generation. */
function partsOf(line: Buffer): { priority: number; generation: string; message: Buffer } {
  const end = line.indexOf(SPACE);
  const mark = line.toString('latin1', 0, Math.max(0, end));
  if (!/^[0-7]\d+$/.test(mark)) return { priority: PRIORITY.tsjail, generation: '0', message: line };
  return { priority: Number(mark[0]), generation: mark.slice(1), message: line.subarray(end + 1) };
}
