// One timer for each key, none of which keeps the process alive. The sooner of two counts.

interface Pending {
  readonly timer: NodeJS.Timeout;
  readonly dueMs: number;
}

/** What is longer comes at once. */
const LONGEST_MS = 2 ** 31 - 1;

export class Timers<Key> {
  readonly #pending = new Map<Key, Pending>();
  #ended = false;

  set(key: Key, wantedMs: number, run: () => void): void {
    const delayMs = Math.min(wantedMs, LONGEST_MS);
    const dueMs = performance.now() + delayMs;
    const present = this.#pending.get(key);
    if (this.#ended || (present && present.dueMs <= dueMs)) return;
    this.cancel(key);
    const timer = setTimeout(() => {
      this.#pending.delete(key);
      run();
    }, delayMs);
    this.#pending.set(key, { timer: timer.unref(), dueMs });
  }

  cancel(key: Key): void {
    clearTimeout(this.#pending.get(key)?.timer);
    this.#pending.delete(key);
  }

  /** For good. */
  end(): void {
    this.#ended = true;
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }
}
