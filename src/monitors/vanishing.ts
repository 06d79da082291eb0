// When to believe that files are gone. Pure, with the clock given: not in the moment in which an editor has renamed the old
// one away and not yet written the new one, and not at once when most are gone, which is seldom meant.
import type { Times } from './options.ts';

export interface Verdict {
  /** Believed now. */
  readonly gone: readonly string[];
  /** When to look again, if something is not decided yet. */
  readonly againMs: number | undefined;
  /** For the user, as long as most files are gone and that is not believed. */
  readonly message: string | null;
}

const MANY = 10;
/** Somebody may go on removing files for ever. */
const LONGEST_SETTLE_MS = 5000;

export class Vanishing {
  readonly #times: Pick<Times, 'settleMs' | 'massMs'>;
  /** Missing but not yet believed to be gone. */
  readonly #missing = new Set<string>();
  #beganMs = 0;
  #grewMs = 0;
  #heldUntilMs: number | undefined;

  constructor(times: Pick<Times, 'settleMs' | 'massMs'>) {
    this.#times = times;
  }

  /** A decision will come within some milliseconds. */
  get isSettling(): boolean {
    return this.#missing.size > 0 && this.#heldUntilMs === undefined;
  }

  suspect(path: string, nowMs: number): void {
    if (this.#missing.has(path)) return;
    if (this.#missing.size === 0) this.#beganMs = nowMs;
    this.#missing.add(path);
    this.#grewMs = nowMs;
  }

  /** `missing`: all that a scan did not find, of `total` files that there were. `isBusy`: there is more to look at, which
   *  may show that some were only renamed. */
  judge(missing: readonly string[], total: number, nowMs: number, isBusy = false): Verdict {
    const still = new Set(missing);
    for (const path of this.#missing) if (!still.has(path)) this.#missing.delete(path);
    for (const path of missing) this.suspect(path, nowMs);
    if (missing.length === 0) return this.#decide([]);
    if (isBusy) this.#grewMs = nowMs;
    const restMs = this.#restMs(nowMs);
    if (restMs > 0) return { gone: [], againMs: restMs, message: this.#message(missing.length, total) };
    if (!isMass(missing.length, total)) return this.#decide(missing);
    this.#heldUntilMs ??= nowMs + this.#times.massMs;
    if (nowMs >= this.#heldUntilMs) return this.#decide(missing);
    return {
      gone: [],
      againMs: this.#heldUntilMs - nowMs,
      message: this.#message(missing.length, total),
    };
  }

  #restMs(nowMs: number): number {
    const { settleMs } = this.#times;
    return Math.min(this.#grewMs + settleMs, this.#beganMs + Math.max(settleMs, LONGEST_SETTLE_MS)) - nowMs;
  }

  #message(missing: number, total: number): string | null {
    if (this.#heldUntilMs === undefined) return null;
    return `${missing} of ${total} files are gone: waiting ${this.#times.massMs / 1000} s before believing it`;
  }

  #decide(gone: readonly string[]): Verdict {
    this.#missing.clear();
    this.#heldUntilMs = undefined;
    return { gone, againMs: undefined, message: null };
  }
}

function isMass(missing: number, total: number): boolean {
  return total >= MANY && missing * 2 > total;
}
