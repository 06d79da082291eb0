// One vassal's output: bytes come in, lines go into the ring, to the sink of `log =` and to whoever follows.
import type { LineRate, LogManner } from '../config/logging.ts';
import type { LogTarget } from '../config/vassal-config.ts';
import { type Block, linesOf } from './block.ts';
import { endOfLines } from './count.ts';
import type { DaemonLog } from './daemon-log.ts';
import { oneLine } from './escape.ts';
import type { JournalSystem } from './journal-port.ts';
import type { LogLine, OutputCounts, OutputRecord, OutputStream, VassalOutput } from './line.ts';
import { LineSplitter } from './lines.ts';
import { RateLimit } from './rate-limit.ts';
import { Ring } from './ring.ts';
import { takeNumbers } from './sequence.ts';
import { type FilesOf, openSink, type Sink } from './sinks.ts';
import { safeLines, type TextSystem } from './text-system.ts';

export interface OutputParts {
  readonly log: DaemonLog;
  readonly native: JournalSystem & TextSystem;
  /** For the log files of tenants. */
  readonly filesOf?: FilesOf | undefined;
}

export function createVassalOutput(
  vassal: string,
  target: LogTarget,
  manner: LogManner,
  parts: OutputParts,
  past?: OutputRecord,
): VassalOutput {
  return new Output(vassal, target, manner, parts, past);
}

type Counts = { -readonly [K in keyof OutputCounts]: number };

const NOBODY: readonly never[] = [];

class Stream implements OutputStream {
  readonly #splitter: LineSplitter;
  readonly #counts: Counts;
  readonly #flushed: () => void;

  constructor(splitter: LineSplitter, counts: Counts, flushed: () => void) {
    this.#splitter = splitter;
    this.#counts = counts;
    this.#flushed = flushed;
  }

  bytes(chunk: Uint8Array): void {
    this.#counts.bytes += chunk.byteLength;
    this.#splitter.push(chunk);
  }

  flush(): void {
    this.#splitter.flush();
    this.#flushed();
  }

  rest(): string {
    return this.#splitter.rest.toString('latin1');
  }
}

class Output implements VassalOutput {
  readonly #vassal: string;
  readonly #parts: OutputParts;
  readonly #ring = new Ring();
  #listeners: readonly ((line: LogLine) => void)[] = NOBODY;
  /** There is one when the config has asked for it once. */
  #limit: RateLimit | undefined;
  readonly #counts: Counts;
  #target: LogTarget;
  #manner: LogManner;
  #sink: Sink;
  #generation: number;

  constructor(
    vassal: string,
    target: LogTarget,
    manner: LogManner,
    parts: OutputParts,
    past: OutputRecord | undefined,
  ) {
    this.#vassal = vassal;
    this.#parts = parts;
    this.#target = target;
    this.#manner = manner;
    if (manner.rate) this.#limit = this.#limitTo(manner.rate);
    this.#counts = { ...(past?.counts ?? { lines: 0, bytes: 0, limited: 0, unwritten: 0 }) };
    this.#generation = past?.generation ?? 0;
    this.#ring.resume(past?.blocks ?? []);
    this.#sink = this.#openSink();
  }

  get counts(): OutputCounts {
    return this.#counts;
  }

  stream(rest = ''): OutputStream {
    const splitter = new LineSplitter((block) => this.#block(block));
    if (rest !== '') splitter.push(Buffer.from(rest, 'latin1'));
    return new Stream(splitter, this.#counts, () => this.#limit?.tell());
  }

  get room(): Promise<void> | undefined {
    return this.#sink.room;
  }

  begin(generation: number): void {
    this.#generation = generation;
  }

  note(text: string, generation = this.#generation): void {
    this.#sink.write(this.#say(text), generation);
  }

  lines(count: number): readonly LogLine[] {
    return this.#ring.lines(this.#vassal, count);
  }

  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }

  retarget(target: LogTarget, manner: LogManner): void {
    if (this.#limit) this.#limit.change(manner.rate);
    else if (manner.rate) this.#limit = this.#limitTo(manner.rate);
    if (isSame(target, this.#target) && isSameManner(manner, this.#manner)) return;
    this.#sink.close();
    this.#target = target;
    this.#manner = manner;
    this.#sink = this.#openSink();
  }

  reopen(): void {
    this.#sink.reopen();
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  record(): OutputRecord {
    return { blocks: this.#ring.records, counts: { ...this.#counts }, generation: this.#generation };
  }

  close(): void {
    this.#limit?.tell();
    this.#sink.close();
    this.#listeners = NOBODY;
  }

  #openSink(): Sink {
    return openSink(this.#vassal, this.#target, this.#manner, {
      ...this.#parts,
      trouble: (text) => this.#trouble(text),
      dropped: (count) => {
        this.#counts.unwritten += count;
      },
    });
  }

  #block(bytes: Buffer): void {
    const { native } = this.#parts;
    // The last line of a stream, and one that was cut, have no newline.
    const lines = native.countNewlines(bytes) || 1;
    this.#counts.lines += lines;
    const taken = this.#limit?.admit(lines) ?? lines;
    this.#counts.limited += lines - taken;
    if (taken === 0) return;
    const wanted = taken < lines ? bytes.subarray(0, endOfLines(bytes, taken)) : bytes;
    this.#sink.write(this.#keep('out', safeLines(native, wanted), taken), this.#generation);
  }

  #limitTo(rate: LineRate): RateLimit {
    return new RateLimit(rate, { told: (count, now) => this.#tellLimited(count, now) });
  }

  #tellLimited(count: number, { lines, ms }: LineRate): void {
    const limit = `log-rate-limit = ${lines}/${ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`}`;
    this.note(`${count} ${count === 1 ? 'line was' : 'lines were'} dropped here (${limit})`);
  }

  /** Not to the sink: it is what has the trouble. */
  #trouble(text: string): void {
    this.#parts.log.warn(text, this.#vassal);
    this.#say(text);
  }

  #say(text: string): Block {
    return this.#keep('tsjail', Buffer.from(`${oneLine(text)}\n`), 1);
  }

  #keep(stream: Block['stream'], bytes: Buffer, lines: number): Block {
    const block = { at: Date.now() / 1000, seq: takeNumbers(lines), stream, bytes, lines };
    this.#ring.push(block);
    if (this.#listeners.length > 0) this.#tell(block);
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

/** As far as a sink is concerned. */
function isSameManner(a: LogManner, b: LogManner): boolean {
  return a.maxSize === b.maxSize && a.keep === b.keep && a.date === b.date;
}
