// How many of a vassal's lines are taken: so many in each stretch of time, as journald has it. What was dropped is told when
// that time is over, whether more comes or not.
import type { LineRate } from '../config/logging.ts';

export interface RateParts {
  /** `count` lines were dropped, by that limit. */
  readonly told: (count: number, rate: LineRate) => void;
  readonly now?: () => number;
}

export class RateLimit {
  readonly #parts: RateParts;
  readonly #now: () => number;
  #rate: LineRate | undefined;
  #until = 0;
  #left = 0;
  #dropped = 0;
  /** Armed only where there is something to be told. */
  #timer: NodeJS.Timeout | undefined;

  constructor(rate: LineRate | undefined, parts: RateParts) {
    this.#rate = rate;
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** What was dropped until now is told. */
  change(rate: LineRate | undefined): void {
    if (rate?.lines === this.#rate?.lines && rate?.ms === this.#rate?.ms) return;
    this.tell();
    this.#rate = rate;
    this.#until = 0;
  }

  /** How many of so many lines are taken. */
  admit(lines: number): number {
    if (this.#rate === undefined) return lines;
    const now = this.#now();
    if (now >= this.#until) this.#begin(now, this.#rate);
    const taken = Math.min(lines, this.#left);
    this.#left -= taken;
    if (taken < lines) this.#drop(lines - taken, now);
    return taken;
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const count = this.#dropped;
    this.#dropped = 0;
    if (count > 0 && this.#rate) this.#parts.told(count, this.#rate);
  }

  #begin(now: number, { lines, ms }: LineRate): void {
    this.tell();
    this.#until = now + ms;
    this.#left = lines;
  }

  #drop(count: number, now: number): void {
    this.#dropped += count;
    this.#timer ??= setTimeout(() => this.#end(), this.#until - now).unref();
  }

  /** Timers may be early by a part of a millisecond: what comes next is not of the time that was told of. */
  #end(): void {
    this.#until = 0;
    this.tell();
  }
}
