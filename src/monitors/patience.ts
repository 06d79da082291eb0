// How long to wait before a file that is being written is looked at again, and when to say why nothing happens.
import type { Times } from './options.ts';
import type { Reason } from './read-config.ts';

const LONGEST_MS = 100;
/** Tries at LONGEST_MS, some ten seconds; after that once a second has to do. */
const EAGER_TRIES = 100;
const WEARY_MS = 1000;

export class Patience {
  readonly #times: Times;
  readonly #sinceMs: number;
  readonly #reason: Reason;
  #tries = 0;

  constructor(reason: Reason, times: Times, nowMs: number) {
    this.#reason = reason;
    this.#times = times;
    this.#sinceMs = nowMs;
  }

  isFor(reason: Reason): boolean {
    return this.#reason === reason;
  }

  isOver(nowMs: number): boolean {
    const { emptyMs, busyMs } = this.#times;
    return nowMs - this.#sinceMs >= (this.#reason === 'empty' ? emptyMs : busyMs);
  }

  /** Undefined: there will be a hint when it changes, so nobody need look before. The end of a writer gives none. */
  nextMs(nowMs: number): number | undefined {
    if (this.#reason === 'empty' && this.isOver(nowMs)) return undefined;
    if (this.#reason === 'unsettled') return this.#times.stillMs;
    const tries = this.#tries++;
    return tries > EAGER_TRIES ? WEARY_MS : Math.min(2 ** tries, LONGEST_MS);
  }
}
