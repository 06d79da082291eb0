// What is counted of the daemon as a whole, for those who measure it.
import { Histogram } from './histogram.ts';
import { LoopTurns } from './loop-turns.ts';

/** Seconds. A start in set-up for longer than that waits for something. */
const START_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Unix seconds. */
export interface ReloadFigures {
  readonly succeeded: number;
  readonly failed: number;
  readonly isLastGood: boolean;
  /** The start of the daemon is one that has. */
  readonly lastSuccess: number;
}

export class Gauges {
  /** From the decision to start to the command exec'd. */
  readonly starts = new Histogram(START_BOUNDS);
  readonly turns = new LoopTurns();
  #reloads: ReloadFigures = { succeeded: 0, failed: 0, isLastGood: true, lastSuccess: Date.now() / 1000 };

  get reloads(): ReloadFigures {
    return this.#reloads;
  }

  /** The daemon's own config was read again. */
  reloaded(isGood: boolean): void {
    const { succeeded, failed, lastSuccess } = this.#reloads;
    this.#reloads = {
      succeeded: succeeded + (isGood ? 1 : 0),
      failed: failed + (isGood ? 0 : 1),
      isLastGood: isGood,
      lastSuccess: isGood ? Date.now() / 1000 : lastSuccess,
    };
  }
}
