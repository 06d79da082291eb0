// Lines about what strangers send: the first at once, then one in a while that says how many there were.

const EVERY_MS = 10_000;

export class Complaints {
  readonly #tell: (message: string) => void;
  readonly #everyMs: number;
  #quietUntil = 0;
  #untold = 0;

  constructor(tell: (message: string) => void, everyMs = EVERY_MS) {
    this.#tell = tell;
    this.#everyMs = everyMs;
  }

  about(message: string): void {
    const now = performance.now();
    if (now < this.#quietUntil) {
      this.#untold++;
      return;
    }
    const more = this.#untold === 0 ? '' : `; ${this.#untold} more like it before`;
    this.#quietUntil = now + this.#everyMs;
    this.#untold = 0;
    this.#tell(message + more);
  }
}
