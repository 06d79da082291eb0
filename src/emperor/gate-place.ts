// The place of one vassal among those that are in set-up at once.
import type { StartGate } from './gate.ts';

/** A set-up that takes longer waits for something: it is no work for the machine, and not to keep others from starting. */
export const PATIENCE_MS = 1000;

export class GatePlace {
  readonly #gate: StartGate;
  readonly #begin: () => void;
  #isTaken = false;
  #timer: NodeJS.Timeout | undefined;

  /** `begin` is called when there is room. */
  constructor(gate: StartGate, begin: () => void, patienceMs = PATIENCE_MS) {
    this.#gate = gate;
    this.#begin = () => {
      this.#isTaken = true;
      begin();
      // Behind the launch, which does not wait for it; one that failed at once has left.
      if (this.#isTaken) this.#timer = setTimeout(() => this.leave(), patienceMs);
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
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gate.release();
  }
}
