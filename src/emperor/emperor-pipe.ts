// The Emperor's end of the stream that uWSGI and its Emperor speak single bytes over (core/emperor.c), and of the one that a
// vassal without a file gets its text by.
import type { Native } from '../jail/native.ts';

/** What the vassal says of itself. `leaving`: it has closed its end, its exit follows. */
export type Said = 'ready' | 'loyal' | 'beat' | 'idle' | 'leaving';

export interface PipeHandlers {
  said(what: Said): void;
  /** Something that its administrator should know. */
  warned(message: string): void;
}

export type PipeSystem = Pick<Native, 'watch' | 'unwatch' | 'read' | 'write' | 'close'>;

const TO_VASSAL = { stop: 0, reload: 1, stopGracefully: 2 } as const;

/** Bytes of the vassal's. Its start is over (1), a worker accepts (5): to us it is ready. */
const MEANINGS: ReadonlyMap<number, Said | 'config' | 'more'> = new Map([
  [1, 'ready'],
  [2, 'config'],
  [5, 'ready'],
  [17, 'loyal'],
  [22, 'idle'],
  [26, 'beat'],
  [30, 'more'],
]);
const ACCEPTS = 5;
const NO_BROODLORD = 'asks for more instances of itself (broodlord): there is nothing like that here';

const EPOLLIN = 1;
/** Every worker sends its sign of life each second. */
const CHUNK = Buffer.alloc(256);
/** Of chunks, per wake-up: who floods us has its turn like everybody else. */
const MOST_CHUNKS = 16;

export class EmperorPipe {
  readonly #native: PipeSystem;
  readonly #handlers: PipeHandlers;
  readonly #sendConfig: () => void;
  #fd: number;
  #isReloading = false;
  #hasWarned = false;

  /** Owns `fd`. `sendConfig` is asked for the text once more. */
  constructor(native: PipeSystem, fd: number, handlers: PipeHandlers, sendConfig: () => void) {
    this.#native = native;
    this.#fd = fd;
    this.#handlers = handlers;
    this.#sendConfig = sendConfig;
    native.watch(fd, EPOLLIN, () => this.#hear());
  }

  /** It was told to, and does not accept requests again yet. */
  get isReloading(): boolean {
    return this.#isReloading;
  }

  /** False: it cannot be told. */
  stop(gracefully: boolean): boolean {
    return this.#tell(gracefully ? TO_VASSAL.stopGracefully : TO_VASSAL.stop);
  }

  reload(): boolean {
    const isTold = this.#tell(TO_VASSAL.reload);
    this.#isReloading ||= isTold;
    return isTold;
  }

  close(): void {
    if (this.#fd === -1) return;
    this.#native.unwatch(this.#fd);
    this.#native.close(this.#fd);
    this.#fd = -1;
    this.#isReloading = false;
  }

  /** Not for a moment does it wait: somebody who does not read holds up nobody else. */
  #tell(byte: number): boolean {
    if (this.#fd === -1) return false;
    try {
      return this.#native.write(this.#fd, Uint8Array.of(byte)) === 1;
    } catch {
      return false;
    }
  }

  #hear(): void {
    const heard = new Set<number>();
    let isOver = false;
    for (let left = MOST_CHUNKS; left > 0 && !isOver; left--) {
      const size = this.#read();
      if (size < 0) break;
      isOver = size === 0;
      for (const byte of CHUNK.subarray(0, size)) heard.add(byte);
    }
    if (isOver) this.close();
    for (const byte of heard) this.#take(byte);
    if (isOver) this.#handlers.said('leaving');
  }

  #read(): number {
    try {
      return this.#native.read(this.#fd, CHUNK);
    } catch {
      // ECONNRESET: it went without having read all.
      return 0;
    }
  }

  #take(byte: number): void {
    const meaning = MEANINGS.get(byte);
    if (byte === ACCEPTS) this.#isReloading = false;
    if (meaning === 'config') this.#sendConfig();
    else if (meaning === 'more') this.#warn();
    else if (meaning) this.#handlers.said(meaning);
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#handlers.warned(NO_BROODLORD);
  }
}
