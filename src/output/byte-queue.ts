// Bytes that wait to be written, in one buffer that is lent: the text of a flood goes through some few buffers again and again,
// and leaves nothing to be collected; who has nothing to write has none.

const SMALL = 16 * 1024;
/** More at a time is not lent, but made. */
const LARGE = 260 * 1024;

/** Buffers of one size that nobody uses at the moment. */
class Shelf {
  readonly #size: number;
  readonly #most: number;
  readonly #free: Buffer[] = [];

  constructor(size: number, most: number) {
    this.#size = size;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  lend(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  giveBack(buffer: Buffer): void {
    if (this.#free.length < this.#most) this.#free.push(buffer);
  }
}

const SHELVES: readonly Shelf[] = [new Shelf(SMALL, 32), new Shelf(LARGE, 8)];
const NOTHING: Buffer = Buffer.alloc(0);

export class ByteQueue {
  #buffer: Buffer = NOTHING;
  #size = 0;
  /** What take() gave. */
  #taken: Buffer = NOTHING;

  get size(): number {
    return this.#size;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  append(bytes: Uint8Array): void {
    const needed = this.#size + bytes.length;
    if (needed > this.#buffer.length) this.#move(lend(needed));
    this.#buffer.set(bytes, this.#size);
    this.#size = needed;
  }

  /** All that waits; good until release(). */
  take(): Buffer {
    const bytes = this.bytes;
    this.#taken = this.#buffer;
    this.#buffer = NOTHING;
    this.#size = 0;
    return bytes;
  }

  /** What was taken is not needed any more. */
  release(): void {
    giveBack(this.#taken);
    this.#taken = NOTHING;
  }

  clear(): void {
    this.release();
    giveBack(this.#buffer);
    this.#buffer = NOTHING;
    this.#size = 0;
  }

  #move(larger: Buffer): void {
    this.#buffer.copy(larger, 0, 0, this.#size);
    giveBack(this.#buffer);
    this.#buffer = larger;
  }
}

function lend(size: number): Buffer {
  return SHELVES.find((shelf) => shelf.size >= size)?.lend() ?? Buffer.allocUnsafeSlow(size);
}

function giveBack(buffer: Buffer): void {
  SHELVES.find((shelf) => shelf.size === buffer.length)?.giveBack(buffer);
}
