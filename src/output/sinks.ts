// Where a vassal's lines go besides its ring: one maker for each kind of `log =`.
import type { Tenant } from '../config/tenant.ts';
import type { LogTarget } from '../config/vassal-config.ts';
import { BoundedWriter } from './bounded-writer.ts';
import type { DaemonLog } from './daemon-log.ts';
import { filePort, type OpenFile } from './file-port.ts';
import { type JournalSystem, journalPort } from './journal-port.ts';
import type { Block } from './ring.ts';

export type OpenLogAs = (owner: Tenant, path: string) => Promise<number>;

export interface Sink {
  write(block: Block): void;
  reopen(): void;
  close(): void;
}

export interface SinkParts {
  readonly log: DaemonLog;
  readonly native: JournalSystem;
  /** Opens a log file with the rights of its owner. */
  readonly openAs?: OpenLogAs | undefined;
  /** Told once when a sink fails, and once when it works again. */
  readonly trouble: (text: string) => void;
}

const NOWHERE: Sink = { write: () => {}, reopen: () => {}, close: () => {} };

export function openSink(vassal: string, target: LogTarget, parts: SinkParts): Sink {
  switch (target.kind) {
    case 'emperor':
      return emperorSink(vassal, parts.log);
    case 'file':
      return writerSink(
        `log file ${target.path}`,
        filePort(target.path, opener(target, parts)),
        parts.trouble,
      );
    case 'journal':
      return writerSink('journal', journalPort(vassal, parts.native), parts.trouble);
    case 'null':
      return NOWHERE;
  }
}

/** A tenant's is opened as he would; undefined: by the daemon itself. */
function opener(
  { path, owner }: Extract<LogTarget, { kind: 'file' }>,
  { openAs }: SinkParts,
): OpenFile | undefined {
  if (owner === undefined) return undefined;
  return openAs
    ? () => openAs(owner, path)
    : () => Promise.reject(new Error('nobody can open it as its owner'));
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
