// How many jails may be in set-up at once: starts are spread by this alone, never by sleeping.

export class StartGate {
  readonly #limit: number;
  readonly #queue = new Set<() => void>();
  #open = 0;
  #scheduled = false;
  #shut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Nobody gets in until it is opened again. */
  shut(): void {
    this.#shut = true;
  }

  reopen(): void {
    this.#shut = false;
    this.#schedule();
  }

  /** `start` is called when there is room, never before this returns; each call of it must be followed by one release(). */
  enqueue(start: () => void): void {
    this.#queue.add(start);
    this.#schedule();
  }

  /** Takes `start` back if it has not been called yet. */
  dequeue(start: () => void): void {
    this.#queue.delete(start);
  }

  release(): void {
    this.#open--;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#shut || this.#scheduled || this.#queue.size === 0 || this.#open >= this.#limit) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#let();
    });
  }

  #let(): void {
    for (const start of this.#queue) {
      if (this.#shut || this.#open >= this.#limit) return;
      this.#queue.delete(start);
      this.#open++;
      start();
    }
  }
}
