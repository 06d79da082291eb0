// The daemon's own log (stderr, or a file) and the lines of vassals with `log = emperor` (stdout, or the same file).
// Neither can block the daemon or end it: what a reader does not take in time is dropped and counted.
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { BoundedWriter } from './bounded-writer.ts';
import { descriptorPort, logFile, type OpenDescriptor, standardStream } from './descriptor-port.ts';
import { oneLine } from './escape.ts';
import { withPrefix } from './prefix.ts';

export interface DaemonLog {
  /** Lines that nobody took in time, of vassals too. */
  readonly dropped: number;
  /** `facts`: the same for programs, where the log is JSON. */
  info(message: string, vassal?: string, facts?: Facts): void;
  warn(message: string, vassal?: string, facts?: Facts): void;
  error(message: string, vassal?: string, facts?: Facts): void;
  /** `bytes` are `lines` whole lines that a vassal printed, escaped; each is to begin with `start`. They may be reused
   *  afterwards. */
  vassal(name: string, bytes: Buffer, lines: number, start: string): void;
  /** Opens the log anew (after logrotate), or tries again at once what failed. */
  reopen(): void;
  /** Resolves when nothing waits to be written any more. */
  drained?(): Promise<void>;
}

export type Facts = Readonly<Record<string, unknown>>;

export interface DaemonLogOptions {
  readonly format: 'text' | 'json';
  /** Undefined: stderr, and stdout for the lines of vassals. */
  readonly file: string | undefined;
  /** Value of JOURNAL_STREAM: `dev:inode` of the journal, when a descriptor of ours is connected to it. */
  readonly journalStream: string | undefined;
}

/** With syslog's number. */
const LEVELS = { info: 6, warn: 4, error: 3 } as const;
/** With pino's. */
const NUMBERS = { info: 30, warn: 40, error: 50 } as const;
type Level = keyof typeof LEVELS;

interface Entry {
  readonly time: Date;
  readonly level: Level;
  readonly vassal: string | undefined;
  readonly message: string;
}
type Format = (entry: Entry) => string;
export type Say = (level: Level, message: string, vassal?: string, facts?: Facts) => void;

const STDOUT = 1;
const STDERR = 2;

export async function openDaemonLog(options: DaemonLogOptions): Promise<DaemonLog> {
  const { file } = options;
  let dropped = 0;
  const lost = (count: number) => {
    dropped += count;
  };
  const log = new BoundedWriter({
    port: descriptorPort(() => (file === undefined ? standardStream(STDERR) : logFile(file))),
    gap: (count) => `tsjail: ${count} lines of the log are missing here\n`,
    trouble: () => {},
    dropped: lost,
  });
  const format = formatOf(options);
  const say = format ? textLines(log, format) : (await import('./json-lines.ts')).jsonLines(log);
  const warn = (text: string) => say('warn', `lines of vassals: ${text}`);
  const lines = file === undefined ? linesWriter(() => standardStream(STDOUT), warn, lost) : log;
  const named = options.format === 'json' ? asJson : asText;
  return {
    get dropped() {
      return dropped;
    },
    info: (message, vassal, facts) => say('info', message, vassal, facts),
    warn: (message, vassal, facts) => say('warn', message, vassal, facts),
    error: (message, vassal, facts) => say('error', message, vassal, facts),
    vassal: (name, bytes, count, start) => lines.writeLines(named(name, bytes, start), count),
    drained: async () => {
      await Promise.all([log.drained(), lines.drained()]);
    },
    reopen: () => {
      log.reopen();
      lines.reopen();
    },
  };
}

function linesWriter(
  open: () => OpenDescriptor,
  trouble: (text: string) => void,
  dropped: (count: number) => void,
): BoundedWriter {
  const gap = (count: number) => `tsjail | ${count} lines are missing here: not read in time\n`;
  return new BoundedWriter({ port: descriptorPort(open), gap, trouble, dropped });
}

function textLines(writer: BoundedWriter, format: Format): Say {
  return (level, message, vassal) =>
    writer.write(`${format({ time: new Date(), level, vassal, message })}\n`);
}

/** Undefined: JSON. */
function formatOf({ format, file, journalStream }: DaemonLogOptions): Format | undefined {
  if (format === 'json') return undefined;
  if (file !== undefined) return forFile;
  if (journalStream !== undefined && journalStream === identity(STDERR)) return forJournal;
  return isatty(STDERR) ? forTerminal : forFile;
}

function identity(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}

const forJournal: Format = (entry) => `<${LEVELS[entry.level]}>${said(entry)}`;
const forFile: Format = (entry) => `${entry.time.toISOString()} ${entry.level.padEnd(5)} ${said(entry)}`;
const forTerminal: Format = (entry) => `${clock(entry.time)} ${entry.level.padEnd(5)} ${said(entry)}`;

function said({ vassal, message }: Entry): string {
  return oneLine(vassal ? `${vassal}: ${message}` : message);
}

function clock(time: Date): string {
  return `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** `web | what it said` for each line. */
function asText(vassal: string, bytes: Buffer, start: string): Buffer {
  return withPrefix(bytes, `${vassal} | ${start}`);
}

/** What is to be said before there is a log, as a line of it. */
export function jsonEntry(level: 'warn' | 'error', msg: string, facts: Facts = {}): string {
  return `${JSON.stringify({ level: NUMBERS[level], time: Date.now(), ...facts, msg })}\n`;
}

function asJson(vassal: string, bytes: Buffer, start: string): Buffer {
  const line = (said: string) =>
    `${JSON.stringify({ level: NUMBERS.info, time: Date.now(), vassal, stream: 'out', msg: start + said })}\n`;
  return Buffer.from(
    bytes
      .toString('utf8', 0, bytes.length - 1)
      .split('\n')
      .map(line)
      .join(''),
  );
}
