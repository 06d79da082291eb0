// Cuts a stream of bytes into blocks of whole lines. Works on blocks, never byte by byte: a vassal may print gigabytes.

/** A line that is longer is cut into several; also the most that is kept of an unfinished line. */
export const LONGEST_LINE = 16 * 1024;

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

/** Gets one or more whole lines, at most LONGEST_LINE bytes; only a line that was cut does not end with a newline. */
export type TakeBlock = (block: Buffer) => void;

export class LineSplitter {
  readonly #take: TakeBlock;
  /** The unfinished line, in a buffer that grows with it and is given up with it: a quiet vassal holds none. */
  #tail = NOTHING;
  #tailLength = 0;

  constructor(take: TakeBlock) {
    this.#take = take;
  }

  /** `chunk` may be reused afterwards. */
  push(chunk: Uint8Array): void {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (this.#tailLength > 0 && rest.length > 0) {
      const newline = rest.indexOf(NEWLINE);
      const wanted = newline < 0 ? rest.length : newline + 1;
      const taken = Math.min(wanted, LONGEST_LINE - this.#tailLength);
      this.#keep(rest.subarray(0, taken));
      rest = rest.subarray(taken);
      this.#takeFromTail();
    }
    for (let end = blockEnd(rest); end > 0; end = blockEnd(rest)) {
      this.#take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    if (rest.length > 0) this.#keep(rest);
  }

  /** The unfinished line so far. */
  get rest(): Buffer {
    return this.#tail.subarray(0, this.#tailLength);
  }

  /** Gives the unfinished line, if there is one. */
  flush(): void {
    if (this.#tailLength > 0) this.#take(this.#tail.subarray(0, this.#tailLength));
    this.#tail = NOTHING;
    this.#tailLength = 0;
  }

  #keep(bytes: Buffer): void {
    const needed = this.#tailLength + bytes.length;
    if (needed > this.#tail.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(LONGEST_LINE, needed * 2));
      this.#tail.copy(grown, 0, 0, this.#tailLength);
      this.#tail = grown;
    }
    bytes.copy(this.#tail, this.#tailLength);
    this.#tailLength = needed;
  }

  #takeFromTail(): void {
    const tail = this.#tail.subarray(0, this.#tailLength);
    const end = blockEnd(tail);
    if (end === 0) return;
    this.#take(tail.subarray(0, end));
    this.#tail = NOTHING;
    this.#tailLength = 0;
    if (end < tail.length) this.#keep(tail.subarray(end));
  }
}

/** Where the first block of `bytes` ends; 0: there is no whole one yet. */
function blockEnd(bytes: Buffer): number {
  if (bytes.length === 0) return 0;
  const newline = bytes.lastIndexOf(NEWLINE, Math.min(bytes.length, LONGEST_LINE) - 1);
  if (newline >= 0) return newline + 1;
  return bytes.length < LONGEST_LINE ? 0 : characterEnd(bytes, LONGEST_LINE);
}

/** The last place at or before `end` where no UTF-8 sequence is cut; `end` itself when this is not UTF-8. */
function characterEnd(bytes: Buffer, end: number): number {
  for (let at = end - 1; at >= end - 4; at--) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return at + sequenceLength(byte) > end ? at : end;
  }
  return end;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
