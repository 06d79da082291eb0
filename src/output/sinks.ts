// Where a vassal's lines go besides its ring: one maker for each kind of `log =`.
import type { LogManner } from '../config/logging.ts';
import type { Tenant } from '../config/tenant.ts';
import type { LogTarget } from '../config/vassal-config.ts';
import type { Block } from './block.ts';
import { BoundedWriter, type Port } from './bounded-writer.ts';
import type { DaemonLog } from './daemon-log.ts';
import { filePort } from './file-port.ts';
import { type JournalSystem, journalMark, journalPort } from './journal-port.ts';
import type { LogFiles } from './log-file.ts';
import { withPrefix } from './prefix.ts';

/** Log files in the hands of their owner. */
export type FilesOf = (owner: Tenant) => LogFiles;

export interface Sink {
  /** `generation`: of the run that it is about. */
  write(block: Block, generation: number): void;
  /** Undefined: it takes more. Else resolves when it does, or when that takes too long. */
  readonly room: Promise<void> | undefined;
  reopen(): void;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
  close(): void;
}

export interface SinkParts {
  readonly log: DaemonLog;
  readonly native: JournalSystem;
  readonly filesOf?: FilesOf | undefined;
  /** Told once when a sink fails, and once when it works again. */
  readonly trouble: (text: string) => void;
  /** Told of lines that were not written. */
  readonly dropped: (count: number) => void;
}

const NOWHERE: Sink = {
  write: () => {},
  room: undefined,
  reopen: () => {},
  drained: async () => {},
  close: () => {},
};

export function openSink(vassal: string, target: LogTarget, manner: LogManner, parts: SinkParts): Sink {
  switch (target.kind) {
    case 'emperor':
      return new EmperorSink(vassal, manner, parts.log);
    case 'file':
      return fileSink(target, manner, parts);
    case 'journal':
      return writerSink(
        'journal',
        journalPort(vassal, parts.native),
        ({ stream, bytes }, generation) => withPrefix(bytes, journalMark(stream, generation)),
        parts,
      );
    case 'null':
      return NOWHERE;
  }
}

/** The daemon's own log tells what tsjail says about a vassal already: only what the vassal says is missing there. */
class EmperorSink implements Sink {
  readonly room = undefined;
  readonly #vassal: string;
  readonly #date: boolean;
  readonly #log: DaemonLog;

  constructor(vassal: string, { date }: LogManner, log: DaemonLog) {
    this.#vassal = vassal;
    this.#date = date;
    this.#log = log;
  }

  write({ stream, at, bytes, lines }: Block): void {
    if (stream === 'out') this.#log.vassal(this.#vassal, bytes, lines, this.#date ? timeOf(at) : '');
  }

  reopen(): void {}

  async drained(): Promise<void> {}

  close(): void {}
}

function fileSink(
  { path, owner }: Extract<LogTarget, { kind: 'file' }>,
  { maxSize, keep, date }: LogManner,
  parts: SinkParts,
): Sink {
  const what = `log file ${path}`;
  const files = owner && (parts.filesOf?.(owner) ?? NOBODYS);
  const port = filePort({ path, maxSize, keep, files, trouble: (text) => parts.trouble(`${what} ${text}`) });
  const format = ({ at, stream, bytes }: Block) => {
    const prefix = `${date ? timeOf(at) : ''}${stream === 'out' ? '' : 'tsjail: '}`;
    return prefix === '' ? bytes : withPrefix(bytes, prefix);
  };
  return writerSink(what, port, format, parts);
}

const NOBODYS: LogFiles = {
  open: () => Promise.reject(new Error('nobody can open it as its owner')),
  putAside: async () => {},
};

function writerSink(
  what: string,
  port: Port,
  format: (block: Block, generation: number) => Buffer,
  { trouble, dropped }: SinkParts,
): Sink {
  const writer = new BoundedWriter({
    port,
    gap: (count) => `tsjail: ${count} ${count === 1 ? 'line is' : 'lines are'} missing here\n`,
    trouble: (text) => trouble(`${what}: ${text}; tsjail logs has the newest lines`),
    dropped,
  });
  return {
    write: (block, generation) => writer.writeLines(format(block, generation), block.lines),
    get room() {
      return writer.room;
    },
    reopen: () => writer.reopen(),
    drained: () => writer.drained(),
    close: () => writer.close(),
  };
}

/** To stand in front of a line. */
function timeOf(at: number): string {
  return `${new Date(at * 1000).toISOString()} `;
}
