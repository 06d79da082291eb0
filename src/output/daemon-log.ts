// The daemon's own log (stderr, or a file) and the lines of vassals with `log = emperor` (stdout, or the same file).
// Neither can block the daemon or end it: what a reader does not take in time is dropped and counted.
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import { BoundedWriter } from './bounded-writer.ts';
import { descriptorPort, logFile, type OpenDescriptor, standardStream } from './descriptor-port.ts';
import { oneLine } from './escape.ts';

export interface DaemonLog {
  /** Lines that nobody took in time, of vassals too. */
  readonly dropped: number;
  /** `facts`: the same for programs, where the log is JSON. */
  info(message: string, vassal?: string, facts?: Facts): void;
  warn(message: string, vassal?: string, facts?: Facts): void;
  error(message: string, vassal?: string, facts?: Facts): void;
  /** `text` is whole lines that a vassal printed, escaped. */
  vassal(name: string, text: string): void;
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

interface Entry {
  readonly time: Date;
  readonly level: number;
  readonly vassal: string | undefined;
  readonly message: string;
}
type Format = (entry: Entry) => string;

const STDOUT = 1;
const STDERR = 2;
const INFO = 30;
const WARN = 40;
const ERROR = 50;
const LEVELS: Readonly<Record<number, { readonly name: string; readonly syslog: number }>> = {
  [INFO]: { name: 'info', syslog: 6 },
  [WARN]: { name: 'warn', syslog: 4 },
  [ERROR]: { name: 'error', syslog: 3 },
};

export function openDaemonLog(options: DaemonLogOptions): DaemonLog {
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
  const warn = (text: string) => own.warn(`lines of vassals: ${text}`);
  const lines = file === undefined ? linesWriter(() => standardStream(STDOUT), warn, lost) : log;
  const own = pino({ base: null }, destination(log, formatOf(options)));
  const write = (level: 'info' | 'warn' | 'error') => (message: string, vassal?: string, facts?: Facts) =>
    vassal || facts ? own[level]({ ...(vassal ? { vassal } : {}), ...facts }, message) : own[level](message);
  const prefixed = options.format === 'json' ? asJson : asText;
  return {
    get dropped() {
      return dropped;
    },
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    vassal: (name, text) => lines.write(prefixed(name, text)),
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

/** pino tells a destination with this mark what it has just put into JSON (its documented `pino.metadata`). */
function destination(writer: BoundedWriter, format: Format | undefined): { write(json: string): void } {
  const marked = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: INFO,
    lastMsg: '',
    lastObj: {} as { vassal?: string },
    lastTime: '',
    write(json: string) {
      const { lastLevel: level, lastMsg: message, lastObj, lastTime } = marked;
      const entry = { time: new Date(Number(lastTime)), level, vassal: lastObj.vassal, message };
      writer.write(format ? `${format(entry)}\n` : json);
    },
  };
  return marked;
}

/** Undefined: JSON, as pino has it. */
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

const forJournal: Format = (entry) => `<${LEVELS[entry.level]?.syslog ?? 6}>${said(entry)}`;
const forFile: Format = (entry) => `${entry.time.toISOString()} ${levelName(entry)} ${said(entry)}`;
const forTerminal: Format = (entry) => `${clock(entry.time)} ${levelName(entry)} ${said(entry)}`;

function said({ vassal, message }: Entry): string {
  return oneLine(vassal ? `${vassal}: ${message}` : message);
}

function levelName({ level }: Entry): string {
  return (LEVELS[level]?.name ?? '').padEnd(5);
}

function clock(time: Date): string {
  return `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** `web | what it said` for each line. One replacement for a whole block: vassals may print gigabytes. */
function asText(vassal: string, text: string): string {
  const prefix = `${vassal} | `;
  return `${prefix}${text.slice(0, -1).replaceAll('\n', `\n${prefix}`)}\n`;
}

/** What is to be said before there is a log, as a line of it. */
export function jsonEntry(level: 'warn' | 'error', msg: string, facts: Facts = {}): string {
  return `${JSON.stringify({ level: level === 'error' ? ERROR : WARN, time: Date.now(), ...facts, msg })}\n`;
}

function asJson(vassal: string, text: string): string {
  const line = (msg: string) =>
    `${JSON.stringify({ level: INFO, time: Date.now(), vassal, stream: 'out', msg })}\n`;
  return text.slice(0, -1).split('\n').map(line).join('');
}
