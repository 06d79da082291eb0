// Several things can be wrong with a source at once; its listener hears of each once, and of the end when all is well again.

export class Troubles {
  readonly #tell: (message: string | null) => void;
  readonly #messages = new Map<string, string>();

  constructor(tell: (message: string | null) => void) {
    this.#tell = tell;
  }

  has(subject: string): boolean {
    return this.#messages.has(subject);
  }

  set(subject: string, message: string | null): void {
    if ((this.#messages.get(subject) ?? null) === message) return;
    if (message === null) this.#messages.delete(subject);
    else this.#messages.set(subject, message);
    const [other = null] = this.#messages.values();
    this.#tell(message ?? other);
  }
}
