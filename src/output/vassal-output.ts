// One vassal's output: bytes come in, lines go into the ring, to the sink of `log =` and to whoever follows.
import type { LogTarget } from '../config/vassal-config.ts';
import type { DaemonLog } from './daemon-log.ts';
import { oneLine, readable } from './escape.ts';
import type { JournalSystem } from './journal-port.ts';
import type { LogLine, VassalOutput } from './line.ts';
import { LineSplitter } from './lines.ts';
import { type Block, linesOf, Ring } from './ring.ts';
import { countLines, takeNumbers } from './sequence.ts';
import { type OpenLogAs, openSink, type Sink } from './sinks.ts';

export interface OutputParts {
  readonly log: DaemonLog;
  readonly native: JournalSystem;
  /** For the log files of tenants. */
  readonly openAs?: OpenLogAs | undefined;
}

export function createVassalOutput(vassal: string, target: LogTarget, parts: OutputParts): VassalOutput {
  return new Output(vassal, target, parts);
}

class Output implements VassalOutput {
  readonly #vassal: string;
  readonly #parts: OutputParts;
  readonly #ring = new Ring();
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #splitter = new LineSplitter((block) => this.#block(block));
  #target: LogTarget;
  #sink: Sink;

  constructor(vassal: string, target: LogTarget, parts: OutputParts) {
    this.#vassal = vassal;
    this.#parts = parts;
    this.#target = target;
    this.#sink = this.#openSink();
  }

  bytes(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  note(text: string): void {
    const block = this.#said(`${oneLine(text)}\n`);
    this.#sink.write(block);
  }

  flush(): void {
    this.#splitter.flush();
  }

  lines(count: number): readonly LogLine[] {
    return this.#ring.lines(this.#vassal, count);
  }

  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  retarget(target: LogTarget): void {
    if (isSame(target, this.#target)) return;
    this.#sink.close();
    this.#target = target;
    this.#sink = this.#openSink();
  }

  reopen(): void {
    this.#sink.reopen();
  }

  close(): void {
    this.flush();
    this.#sink.close();
    this.#listeners.clear();
  }

  #openSink(): Sink {
    return openSink(this.#vassal, this.#target, { ...this.#parts, trouble: (text) => this.#trouble(text) });
  }

  #block(bytes: Buffer): void {
    const text = readable(bytes);
    this.#sink.write(
      this.#keep({ at: Date.now() / 1000, stream: 'out', text: text.endsWith('\n') ? text : `${text}\n` }),
    );
  }

  /** Not to the sink: it is what has the trouble. */
  #trouble(text: string): void {
    this.#parts.log.warn(text, this.#vassal);
    this.#said(`${oneLine(text)}\n`);
  }

  #said(text: string): Block {
    return this.#keep({ at: Date.now() / 1000, stream: 'tsjail', text });
  }

  #keep(said: Block): Block {
    const block = { ...said, seq: takeNumbers(countLines(said.text)) };
    this.#ring.push(block);
    if (this.#listeners.size > 0) this.#tell(block);
    return block;
  }

  #tell(block: Block): void {
    for (const line of linesOf(this.#vassal, block)) for (const listener of this.#listeners) listener(line);
  }
}

function isSame(a: LogTarget, b: LogTarget): boolean {
  if (a.kind !== 'file' || b.kind !== 'file') return a.kind === b.kind;
  return a.path === b.path && a.owner?.uid === b.owner?.uid && a.owner?.gid === b.owner?.gid;
}
