// Writes text to a port without ever waiting for it and without growing: what does not fit is dropped, and the reader is
// told how many lines that were. A port that fails is tried again, at the earliest after RETRY_MS and with new text.

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
const NEWLINE = 10;

export class BoundedWriter {
  readonly #options: WriterOptions;
  readonly #now: () => number;
  readonly #waiting: string[] = [];
  #waitingSize = 0;
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
  /** Undefined while the port works. */
  #retryAt: number | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** `text` is whole lines. */
  write(text: string): void {
    if (this.#closed) return;
    if (this.#isResting() || this.#waitingSize + text.length > MOST_WAITING) {
      this.#drop(linesIn(text));
      return;
    }
    this.#tellGap();
    this.#enqueue(text);
    this.#pump();
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
    this.#enqueue(text);
    this.#owed += this.#lost;
    this.#gapLines += linesIn(text);
    this.#lost = 0;
  }

  #enqueue(text: string): void {
    this.#waiting.push(text);
    this.#waitingSize += text.length;
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
    if (this.#rest === undefined && this.#waiting.length > 0) {
      this.#rest = Buffer.from(
        this.#waiting.length === 1 ? (this.#waiting[0] ?? '') : this.#waiting.join(''),
      );
      this.#waiting.length = 0;
      this.#waitingSize = 0;
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
    const texts = [this.#rest?.toString('latin1') ?? '', ...this.#waiting];
    const lines = texts.reduce((sum, text) => sum + linesIn(text), 0);
    this.#lost += this.#owed;
    this.#drop(Math.max(0, lines - this.#gapLines));
    this.#owed = 0;
    this.#gapLines = 0;
    this.#rest = undefined;
    this.#waiting.length = 0;
    this.#waitingSize = 0;
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

export function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
