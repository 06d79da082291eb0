// The newest output of one vassal: bytes in one buffer that is written round and round, and cut into lines only when somebody
// asks.
import { type Block, linesOf } from './block.ts';
import { newlinesIn } from './count.ts';
import type { LogLine } from './line.ts';

/** A block as plain data, for a daemon that takes the place of this one. */
export interface BlockRecord {
  readonly at: number;
  readonly seq?: number;
  readonly stream: LogLine['stream'];
  readonly text: string;
}

export const MOST_LINES = 1000;
export const MOST_BYTES = 256 * 1024;
/** Of a vassal that says little. */
const LEAST_BYTES = 1024;

const NOTHING: Buffer = Buffer.alloc(0);

/** A block without its bytes. Places grow on and on: in the buffer they are taken modulo its length. */
interface Kept extends Omit<Block, 'bytes'> {
  readonly place: number;
  readonly size: number;
}

export class Ring {
  readonly #kept: Kept[] = [];
  #buffer = NOTHING;
  /** Where the next block goes. */
  #end = 0;

  /** A block has at least one line: as many blocks as lines are wanted are enough. */
  push({ at, seq, stream, lines, bytes }: Block): void {
    const size = bytes.length;
    while (this.#used + size > MOST_BYTES || this.#kept.length >= MOST_LINES)
      if (this.#kept.shift() === undefined) return;
    this.#grow(this.#used + size);
    copyRound(bytes, 0, this.#buffer, this.#end, size);
    this.#kept.push({ at, seq, stream, lines, place: this.#end, size });
    this.#end += size;
  }

  get records(): BlockRecord[] {
    return this.#kept.map((kept) => {
      const { at, seq, stream, bytes } = this.#block(kept);
      return { at, seq, stream, text: bytes.toString() };
    });
  }

  resume(records: readonly BlockRecord[]): void {
    for (const { at, seq = 0, stream, text } of records) {
      const bytes = Buffer.from(text);
      this.push({ at, seq, stream, bytes, lines: newlinesIn(bytes) });
    }
  }

  /** The newest `count` lines (at most MOST_LINES), oldest first. */
  lines(vassal: string, count: number): LogLine[] {
    const wanted = Math.min(count, MOST_LINES);
    const newestFirst: LogLine[] = [];
    for (let index = this.#kept.length - 1; index >= 0 && newestFirst.length < wanted; index--)
      newestFirst.push(...linesOf(vassal, this.#block(this.#kept[index] as Kept)).reverse());
    return newestFirst.slice(0, Math.max(0, wanted)).reverse();
  }

  get #used(): number {
    return this.#end - (this.#kept[0]?.place ?? this.#end);
  }

  #block(kept: Kept): Block {
    const bytes = Buffer.allocUnsafe(kept.size);
    copyRound(this.#buffer, kept.place, bytes, 0, kept.size);
    return { ...kept, bytes };
  }

  #grow(needed: number): void {
    if (needed <= this.#buffer.length) return;
    let size = Math.max(LEAST_BYTES, this.#buffer.length);
    while (size < needed) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    const used = this.#used;
    if (used > 0) copyRound(this.#buffer, this.#end - used, grown, this.#end - used, used);
    this.#buffer = grown;
  }
}

/** Copies between buffers of which each goes on at its begin. */
function copyRound(from: Buffer, fromPlace: number, to: Buffer, toPlace: number, size: number): void {
  for (let done = 0; done < size; ) {
    const source = (fromPlace + done) % from.length;
    const target = (toPlace + done) % to.length;
    const length = Math.min(size - done, from.length - source, to.length - target);
    from.copy(to, target, source, source + length);
    done += length;
  }
}
