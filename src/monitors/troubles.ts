// Several things can be wrong with a source at once; its listener hears of each once, and of the end when all is well again.

export class Troubles {
  readonly #tell: (message: string | null) => void;
  readonly #messages = new Map<string, string>();

  constructor(tell: (message: string | null) => void) {
    this.#tell = tell;
  }

  /** False: that is so already. */
  set(subject: string, message: string | null): boolean {
    if ((this.#messages.get(subject) ?? null) === message) return false;
    if (message === null) this.#messages.delete(subject);
    else this.#messages.set(subject, message);
    const [other = null] = this.#messages.values();
    this.#tell(message ?? other);
    return true;
  }
}
