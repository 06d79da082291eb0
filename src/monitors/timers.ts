// One timer for each key, none of which keeps the process alive. The first that was set wins.

export class Timers<Key> {
  readonly #timers = new Map<Key, NodeJS.Timeout>();

  set(key: Key, delayMs: number, run: () => void): void {
    if (this.#timers.has(key)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      run();
    }, delayMs);
    this.#timers.set(key, timer.unref());
  }

  cancel(key: Key): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
