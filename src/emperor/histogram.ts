// Counts how many of what was observed was at most so large: a histogram as Prometheus wants it.

export interface HistogramFigures {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[];
  /** Of each bound, those above the bound before; one more for what is above all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[], past?: HistogramFigures) {
    this.#bounds = bounds;
    // Of other bounds nothing can be said in these.
    const fits = past !== undefined && past.bounds.join() === bounds.join();
    this.#counts = fits ? [...past.counts] : Array.from({ length: bounds.length + 1 }, () => 0);
    this.#sum = fits ? past.sum : 0;
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? 0)) index++;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  get figures(): HistogramFigures {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}
