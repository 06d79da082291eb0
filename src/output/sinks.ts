// Where a vassal's lines go besides its ring: one maker for each kind of `log =`.
import type { LogTarget } from '../config/vassal-config.ts';
import { BoundedWriter } from './bounded-writer.ts';
import type { DaemonLog } from './daemon-log.ts';
import { filePort } from './file-port.ts';
import { type JournalSystem, journalPort } from './journal-port.ts';
import type { Block } from './ring.ts';

export interface Sink {
  write(block: Block): void;
  reopen(): void;
  close(): void;
}

export interface SinkParts {
  readonly log: DaemonLog;
  readonly native: JournalSystem;
  /** Told once when a sink fails, and once when it works again. */
  readonly trouble: (text: string) => void;
}

const NOWHERE: Sink = { write: () => {}, reopen: () => {}, close: () => {} };

export function openSink(vassal: string, target: LogTarget, parts: SinkParts): Sink {
  switch (target.kind) {
    case 'emperor':
      return emperorSink(vassal, parts.log);
    case 'file':
      return writerSink(`log file ${target.path}`, filePort(target.path), parts.trouble);
    case 'journal':
      return writerSink('journal', journalPort(vassal, parts.native), parts.trouble);
    case 'null':
      return NOWHERE;
  }
}

/** The daemon's own log tells what tsjail says about a vassal already: only what the vassal says is missing there. */
function emperorSink(vassal: string, log: DaemonLog): Sink {
  return { ...NOWHERE, write: (block) => block.stream === 'out' && log.vassal(vassal, block.text) };
}

function writerSink(what: string, port: ReturnType<typeof filePort>, trouble: (text: string) => void): Sink {
  const writer = new BoundedWriter({
    port,
    gap: (count) => `tsjail: ${count} lines are missing here\n`,
    trouble: (text) => trouble(`${what}: ${text}; tsjail logs has the newest lines`),
  });
  return {
    write: ({ stream, text }) => writer.write(stream === 'out' ? text : `tsjail: ${text}`),
    reopen: () => writer.reopen(),
    close: () => writer.close(),
  };
}
