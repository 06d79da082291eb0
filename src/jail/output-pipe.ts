// The pipe that a command prints into: read as soon as there is something in it, but no more at a time than others can wait
// for, and no faster than somebody takes it.
import type { Native } from './native.ts';

export interface OutputTaker {
  output(chunk: Uint8Array): void;
  /** Asked after each chunk. Undefined: the next one can come at once; else nothing is read before it resolves. */
  outputRoom?(): Promise<void> | undefined;
}

const EPOLLIN = 1;
/** One buffer for all vassals: output is taken over or dropped before the next read. */
const CHUNK = Buffer.allocUnsafe(64 * 1024);
const LEAST = 1024;
const FIRST = 8 * 1024;
/** What one read may cost: with somebody who follows, or escapes, some bytes cost as much as many others. */
const DEAR_MS = 1;
/** pipe(7): as much as one that nobody has made larger than a user may. */
const MOST_IN_PIPE = 1024 * 1024;

type PipeSystem = Pick<Native, 'watch' | 'unwatch' | 'read' | 'close'>;

export class OutputPipe {
  readonly #native: PipeSystem;
  readonly #taker: OutputTaker;
  #fd: number;
  /** Bytes of a read: more after one that was cheap, less after one that was dear. */
  #most = FIRST;
  #isListening = false;
  #isHushed = false;
  #isHeldBack = false;
  #isWatched = false;

  /** Owns `fd`; -1: there is none. */
  constructor(native: PipeSystem, fd: number, taker: OutputTaker) {
    this.#native = native;
    this.#fd = fd;
    this.#taker = taker;
  }

  /** -1: closed. */
  get fd(): number {
    return this.#fd;
  }

  listen(): void {
    this.#isListening = true;
    this.#watch();
  }

  /** What is printed waits in the pipe until wake(). */
  hush(): void {
    this.#isHushed = true;
    this.#watch();
  }

  wake(): void {
    this.#isHushed = false;
    this.#watch();
  }

  /** Nobody prints any more: what there is is read, and the pipe closed, even when somebody outside keeps it open. */
  end(): void {
    this.#most = CHUNK.length;
    for (let left = MOST_IN_PIPE; left >= 0 && this.#fd !== -1; left -= CHUNK.length)
      if (!this.#read()) break;
    this.close();
  }

  close(): void {
    if (this.#fd === -1) return;
    const fd = this.#fd;
    this.#fd = -1;
    if (this.#isWatched) this.#native.unwatch(fd);
    this.#isWatched = false;
    this.#native.close(fd);
  }

  #watch(): void {
    const isWanted = this.#fd !== -1 && this.#isListening && !this.#isHushed && !this.#isHeldBack;
    if (isWanted === this.#isWatched) return;
    this.#isWatched = isWanted;
    if (isWanted) this.#native.watch(this.#fd, EPOLLIN, () => this.#readSome());
    else this.#native.unwatch(this.#fd);
  }

  #readSome(): void {
    const begun = performance.now();
    const size = this.#read();
    const isDear = performance.now() - begun > DEAR_MS;
    if (isDear) this.#most = Math.max(LEAST, this.#most >> 1);
    else if (size === this.#most) this.#most = Math.min(CHUNK.length, this.#most * 2);
  }

  /** Bytes read; 0: there is nothing, now or ever. */
  #read(): number {
    const size = this.#native.read(
      this.#fd,
      this.#most === CHUNK.length ? CHUNK : CHUNK.subarray(0, this.#most),
    );
    if (size === 0) this.close();
    if (size <= 0) return 0;
    this.#taker.output(CHUNK.subarray(0, size));
    const room = this.#taker.outputRoom?.();
    if (room && !this.#isHeldBack) this.#holdBack(room);
    return size;
  }

  #holdBack(room: Promise<void>): void {
    this.#isHeldBack = true;
    this.#watch();
    void room.then(() => {
      this.#isHeldBack = false;
      this.#watch();
    });
  }
}
