// The Emperor's end of the stream that uWSGI and its Emperor speak single bytes over (core/emperor.c), and of the one that a
// vassal without a file gets its text by.
import type { Keep } from '../jail/jail.ts';
import type { Native } from '../jail/native.ts';
import { type TimerRecord, Timers } from './timers.ts';

/** What the vassal says of itself. `leaving`: it has closed its end, its exit follows. */
export type Said = 'ready' | 'loyal' | 'beat' | 'idle' | 'leaving';

export interface PipeHandlers {
  said(what: Said): void;
  /** It could not be told to do that. */
  unheard(what: 'stop' | 'reload'): void;
  /** Something that its administrator should know. */
  warned(message: string): void;
}

export type PipeSystem = Pick<Native, 'watch' | 'unwatch' | 'read' | 'write' | 'close'>;

const STOP = 0;
const RELOAD = 1;
const STOP_GRACEFULLY = 2;
const ORDERS = [STOP, RELOAD, STOP_GRACEFULLY] as const;
type Order = (typeof ORDERS)[number];

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
const STARTED = 1;
const ACCEPTS = 5;
/** Of uWSGI: a worker that was forked just now misses the signal that its master passes an order on by, which shows only when
 *  its mercy is over (60 s). So an order waits until the first worker accepts, and the others have had this long. */
export const UWSGI_SETTLE_MS = 300;
/** There may be no worker (`cheap`), or an old one that has much to finish. */
const MOST_HELD_MS = 2000;
const NO_BROODLORD = 'asks for more instances of itself (broodlord): there is nothing like that here';

const EPOLLIN = 1;
/** Every worker sends its sign of life each second. */
const CHUNK = Buffer.alloc(256);
/** Of chunks, per wake-up: who floods us has its turn like everybody else. */
const MOST_CHUNKS = 16;

type PipeTimer = 'settling' | 'holding';

/** For a daemon that takes the place of this one. */
export interface EmperorPipeRecord {
  readonly fd: number;
  readonly hasStarted: boolean;
  readonly isSettled: boolean;
  readonly held: number | null;
  readonly isReloading: boolean;
  readonly hasWarned: boolean;
  readonly timers: readonly TimerRecord<PipeTimer>[];
}

export class EmperorPipe {
  readonly #native: PipeSystem;
  readonly #handlers: PipeHandlers;
  readonly #sendConfig: () => void;
  #fd: number;
  readonly #settleMs: number;
  #hasStarted = false;
  #isSettled: boolean;
  /** An order that waits. */
  #held: Order | undefined;
  readonly #timers = new Timers<PipeTimer>((name) => this.#over(name));
  #isReloading = false;
  #hasWarned = false;

  /** Owns `fd`. `sendConfig` is asked for the text once more. `settleMs`: how long after it accepts (again) it hears what it
   *  is told; 0: it always does. */
  constructor(
    native: PipeSystem,
    fd: number,
    settleMs: number,
    handlers: PipeHandlers,
    sendConfig: () => void,
  ) {
    this.#native = native;
    this.#fd = fd;
    this.#settleMs = settleMs;
    this.#isSettled = settleMs === 0;
    this.#handlers = handlers;
    this.#sendConfig = sendConfig;
    if (fd !== -1) native.watch(fd, EPOLLIN, () => this.#hear());
  }

  record(keep: Keep): EmperorPipeRecord {
    return {
      fd: keep(this.#fd),
      hasStarted: this.#hasStarted,
      isSettled: this.#isSettled,
      held: this.#held ?? null,
      isReloading: this.#isReloading,
      hasWarned: this.#hasWarned,
      timers: this.#timers.record,
    };
  }

  resume(record: EmperorPipeRecord): void {
    this.#hasStarted = record.hasStarted;
    this.#isSettled = record.isSettled;
    this.#held = ORDERS.find((order) => order === record.held);
    this.#isReloading = record.isReloading;
    this.#hasWarned = record.hasWarned;
    this.#timers.resume(record.timers);
  }

  /** Its start is over, so that it hears what it is told. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** It is to, and does not accept requests again yet. */
  get isReloading(): boolean {
    return this.#isReloading;
  }

  stop(gracefully: boolean): void {
    this.#order(gracefully ? STOP_GRACEFULLY : STOP);
  }

  reload(): void {
    this.#isReloading = true;
    if (this.#held === undefined) this.#order(RELOAD);
  }

  close(): void {
    if (this.#fd === -1) return;
    this.#timers.disarmAll();
    this.#native.unwatch(this.#fd);
    this.#native.close(this.#fd);
    this.#fd = -1;
    this.#held = undefined;
    this.#isReloading = false;
  }

  #order(order: Order): void {
    if (this.#isSettled || this.#fd === -1) return this.#give(order);
    this.#held = order;
    if (!this.#timers.isRunning('holding')) this.#timers.arm('holding', MOST_HELD_MS);
  }

  #release(): void {
    this.#timers.disarm('holding');
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#give(held);
  }

  #give(order: Order): void {
    const isTold = this.#tell(order);
    if (isTold && order === RELOAD) this.#isSettled = this.#settleMs === 0;
    if (isTold) return;
    this.#isReloading = false;
    this.#handlers.unheard(order === RELOAD ? 'reload' : 'stop');
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
    for (const byte of heard) this.#take(byte);
    if (!isOver) return;
    this.close();
    this.#handlers.said('leaving');
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
    if (byte === STARTED || byte === ACCEPTS) this.#hasStarted = true;
    if (byte === ACCEPTS) this.#accepts();
    if (meaning === 'config') this.#sendConfig();
    else if (meaning === 'more') this.#warn();
    else if (meaning) this.#handlers.said(meaning);
  }

  #accepts(): void {
    if (this.#held !== RELOAD) this.#isReloading = false;
    this.#timers.arm('settling', this.#settleMs);
  }

  #over(name: PipeTimer): void {
    if (name === 'settling') this.#isSettled = true;
    this.#release();
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#handlers.warned(NO_BROODLORD);
  }
}
