// Timers by name: one of each, which a new one takes the place of.
export class Timers<Name> {
  readonly #running = new Map<Name, NodeJS.Timeout>();
  readonly #over: (name: Name) => void;

  constructor(over: (name: Name) => void) {
    this.#over = over;
  }

  arm(name: Name, ms: number): void {
    this.disarm(name);
    this.#running.set(
      name,
      setTimeout(() => this.#over(name), ms),
    );
  }

  disarm(name: Name): void {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  disarmAll(): void {
    for (const name of [...this.#running.keys()]) this.disarm(name);
  }
}
