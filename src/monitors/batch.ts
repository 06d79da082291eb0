// Questions about paths that are asked in one turn of the loop go to the addon together: to wake a thread for each would take
// longer than to find the answers.

/** A few, so that several threads have a part in it: a disk that is asked for much at once is faster. */
const MOST = 16;

export class Batch<Answer> {
  readonly #ask: (paths: readonly string[], answered: (answerOf: (index: number) => Answer) => void) => void;
  #paths: string[] = [];
  #waiting: ((answer: Answer) => void)[] = [];

  constructor(
    ask: (paths: readonly string[], answered: (answerOf: (index: number) => Answer) => void) => void,
  ) {
    this.#ask = ask;
  }

  ask(path: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      const count = this.#paths.push(path);
      if (count === 1) queueMicrotask(() => this.#send());
      if (count === MOST) this.#send();
    });
  }

  #send(): void {
    if (this.#paths.length === 0) return;
    const waiting = this.#waiting;
    this.#ask(this.#paths, (answerOf) => {
      for (let index = 0; index < waiting.length; index++) waiting[index]?.(answerOf(index));
    });
    this.#paths = [];
    this.#waiting = [];
  }
}
