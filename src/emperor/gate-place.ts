// The place of one vassal among those that are in set-up at once.
import type { StartGate } from './gate.ts';

export class GatePlace {
  readonly #gate: StartGate;
  readonly #begin: () => void;
  #isTaken = false;

  /** `begin` is called when there is room. */
  constructor(gate: StartGate, begin: () => void) {
    this.#gate = gate;
    this.#begin = () => {
      this.#isTaken = true;
      begin();
    };
  }

  enqueue(): void {
    this.#gate.enqueue(this.#begin);
  }

  dequeue(): void {
    this.#gate.dequeue(this.#begin);
  }

  /** Set-up is over, or waits for somebody who may need the place. */
  leave(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#gate.release();
  }
}
