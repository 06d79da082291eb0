// A document that many ask for at once is made once: its making takes at most a tenth of the time.

/** So old a document is as good as a new one. */
const FRESH_MS = 20;
const SHARE = 10;

export class Snapshot {
  readonly #document: () => object;
  #bytes = Buffer.alloc(0);
  #freshUntil = 0;

  constructor(document: () => object) {
    this.#document = document;
  }

  bytes(): Buffer {
    const now = performance.now();
    if (now < this.#freshUntil) return this.#bytes;
    this.#bytes = Buffer.from(`${JSON.stringify(this.#document(), null, '\t')}\n`);
    const end = performance.now();
    this.#freshUntil = end + Math.max(FRESH_MS, (end - now) * SHARE);
    return this.#bytes;
  }
}
