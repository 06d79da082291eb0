// Does one step of work at a time. Woken once or ten thousand times, it begins when all hints that are there already have
// been taken in.

export interface Work {
  /** False: nothing is left to do. */
  step(): Promise<boolean>;
  /** Nothing is left to do, now and in the next moment. */
  isDone(): boolean;
}

export class Worker {
  readonly #work: Work;
  #beginning: NodeJS.Immediate | undefined;
  #busy = false;
  #woken = false;
  #ended = false;
  #waiting: (() => void)[] = [];

  constructor(work: Work) {
    this.#work = work;
  }

  wake(): void {
    this.#woken = true;
    if (this.#busy || this.#ended) return;
    // Immediates come right after the events of the file system, in the same turn of the loop.
    this.#beginning ??= setImmediate(() => {
      this.#beginning = undefined;
      void this.#run();
    });
  }

  /** Resolves when all that is to be done now is done. */
  whenDone(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.wake();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Does not wait for a step that may hang on a dead file server. */
  end(): void {
    this.#ended = true;
    clearImmediate(this.#beginning);
    this.#release();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#woken && !this.#ended) {
      this.#woken = false;
      while (!this.#ended && (await this.#work.step()));
    }
    this.#busy = false;
    if (this.#work.isDone()) this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
