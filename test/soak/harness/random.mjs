// Chance that can be repeated: the same seed gives the same storm, as far as the machine lets it.

/** mulberry32: small, and good enough to choose victims. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 to less than 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  of(list) {
    return list[this.below(list.length)];
  }

  /** One of the keys of `weights`, as often as its number says. */
  weighted(weights) {
    let left = this.below(Object.values(weights).reduce((sum, each) => sum + each, 0));
    for (const [key, weight] of Object.entries(weights)) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('no weights');
  }
}
