// Writes text to a port without ever waiting for it and without growing: what does not fit is dropped, and the reader is
// told how many lines that were. A port that fails is tried again, at the earliest after RETRY_MS and with new text.
import { ByteQueue } from './byte-queue.ts';
import { newlinesIn } from './count.ts';

/** Where bytes go. Each call is answered by its callback once, at once or later. */
export interface Port {
  open(opened: (error?: Error) => void): void;
  /** 0 written: the port has waited for its moment, and the same bytes come again. */
  write(bytes: Buffer, done: (error: Error | undefined, written: number) => void): void;
  close(): void;
}

export interface WriterOptions {
  readonly port: Port;
  /** The line (with newline) that stands where `count` lines are missing. */
  readonly gap: (count: number) => string;
  /** Told once when the port fails, and once when it works again. */
  readonly trouble: (text: string) => void;
  /** Told of every line that is not written, at once. */
  readonly dropped?: (count: number) => void;
  readonly now?: () => number;
}

export const MOST_WAITING = 256 * 1024;
export const RETRY_MS = 5000;
/** Who can wait does so when as much as that waits already: then what comes next still fits. */
export const ENOUGH_WAITING = MOST_WAITING / 2;
/** The longest that he waits for a port that is slow, or does not answer at all. */
export const PATIENCE_MS = 100;
const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

export class BoundedWriter {
  readonly #options: WriterOptions;
  readonly #now: () => number;
  readonly #waiting = new ByteQueue();
  /** What a write left over. */
  #rest: Buffer | undefined;
  #open = false;
  #busy = false;
  #reopen = false;
  #closed = false;
  #lost = 0;
  /** The port has a line of which the end is in `#rest`, or was lost. */
  #torn = false;
  /** Lines that a gap on its way to the port stands for, and how many lines it is itself. */
  #owed = 0;
  #gapLines = 0;
  readonly #waiters: (() => void)[] = [];
  #room: Room | undefined;
  /** What is being written takes longer than anybody waits for. */
  #isSlow = false;
  /** Undefined while the port works. */
  #retryAt: number | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** `text` is whole lines. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    this.writeLines(bytes, newlinesIn(bytes));
  }

  /** `bytes` are `lines` whole lines; the caller may reuse them afterwards. */
  writeLines(bytes: Uint8Array, lines: number): void {
    if (this.#closed) return;
    if (this.#isResting() || this.#waiting.size + bytes.length > MOST_WAITING) return this.#drop(lines);
    this.#tellGap();
    this.#waiting.append(bytes);
    this.#pump();
  }

  /** Undefined: there is room for more. Else resolves when there is, or when PATIENCE_MS are over: nobody waits longer for a
   *  port, and what does not fit then is dropped. */
  get room(): Promise<void> | undefined {
    if (!this.#busy || this.#isSlow || this.#waiting.size <= ENOUGH_WAITING) return undefined;
    this.#room ??= new Room(() => {
      this.#isSlow = true;
      this.#makeRoom();
    });
    return this.#room.there;
  }

  /** Opens the port anew for all that is not yet being written. */
  reopen(): void {
    this.#reopen = true;
    if (this.#retryAt !== undefined) this.#retryAt = 0;
    if (!this.#busy) this.#closePort();
  }

  /** What waits is still written. */
  close(): void {
    this.#closed = true;
    if (!this.#busy) this.#closePort();
  }

  /** Resolves when nothing waits any more: it is written, or lost and counted. */
  async drained(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #drop(count: number): void {
    this.#lost += count;
    this.#options.dropped?.(count);
  }

  #isResting(): boolean {
    return this.#retryAt !== undefined && this.#now() < this.#retryAt;
  }

  #tellGap(): void {
    if (this.#lost === 0) return;
    // What failed in the middle of a line begins with the next one.
    const line = this.#options.gap(this.#lost);
    const text = this.#torn && this.#rest === undefined ? `\n${line}` : line;
    const bytes = Buffer.from(text);
    this.#waiting.append(bytes);
    this.#owed += this.#lost;
    this.#gapLines += newlinesIn(bytes);
    this.#lost = 0;
  }

  #makeRoom(): void {
    this.#room?.make();
    this.#room = undefined;
  }

  #pump(): void {
    if (this.#busy) return;
    // A line is in one file, not in two.
    if (this.#reopen && !(this.#torn && this.#rest)) this.#closePort();
    const bytes = this.#nextBytes();
    this.#busy = bytes !== undefined;
    if (bytes === undefined) this.#rested();
    else if (this.#open) this.#options.port.write(bytes, (error, written) => this.#written(error, written));
    else this.#options.port.open((error) => this.#opened(error));
  }

  #nextBytes(): Buffer | undefined {
    if (this.#rest === undefined) {
      this.#waiting.release();
      if (this.#waiting.size > 0) this.#rest = this.#waiting.take();
      this.#makeRoom();
    }
    return this.#rest;
  }

  #opened(error: Error | undefined): void {
    this.#busy = false;
    this.#open = error === undefined;
    if (error) this.#fail(error);
    else this.#pump();
  }

  #written(error: Error | undefined, written: number): void {
    this.#busy = false;
    this.#isSlow = false;
    if (error) this.#fail(error);
    else this.#advance(written);
  }

  #advance(written: number): void {
    if (this.#rest && written > 0) {
      this.#torn = this.#rest[written - 1] !== NEWLINE;
      this.#rest = written < this.#rest.length ? this.#rest.subarray(written) : undefined;
    }
    if (written > 0 && this.#retryAt !== undefined) {
      this.#retryAt = undefined;
      this.#options.trouble('is written again');
    }
    this.#pump();
  }

  /** Everything is written. */
  #rested(): void {
    this.#owed = 0;
    this.#gapLines = 0;
    if (this.#closed) this.#closePort();
    else if (this.#lost > 0 && this.#retryAt === undefined) {
      this.#tellGap();
      return this.#pump();
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #fail(error: Error): void {
    const lines = newlinesIn(this.#rest ?? NOTHING) + newlinesIn(this.#waiting.bytes);
    this.#lost += this.#owed;
    this.#drop(Math.max(0, lines - this.#gapLines));
    this.#owed = 0;
    this.#gapLines = 0;
    this.#rest = undefined;
    this.#waiting.clear();
    this.#makeRoom();
    this.#closePort();
    const told = this.#retryAt !== undefined;
    this.#retryAt = this.#now() + RETRY_MS;
    if (!told) this.#options.trouble(error.message);
    this.#wake();
  }

  #closePort(): void {
    this.#reopen = false;
    if (this.#open) this.#options.port.close();
    this.#open = false;
  }
}

/** A promise of room that is kept once, sooner or later. */
class Room {
  readonly there: Promise<void>;
  readonly make: () => void;

  constructor(late: () => void) {
    let resolve = () => {};
    this.there = new Promise((kept) => {
      resolve = kept;
    });
    const timer = setTimeout(late, PATIENCE_MS);
    this.make = () => {
      clearTimeout(timer);
      resolve();
    };
  }
}
