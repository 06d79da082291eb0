// What is counted of the daemon as a whole, for those who measure it.
import { Histogram, type HistogramFigures } from './histogram.ts';
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

const NO_RELOADS: ReloadFigures = {
  succeeded: 0,
  failed: 0,
  isLastGood: true,
  lastSuccess: performance.timeOrigin / 1000,
};

/** Plain data: all that has to be kept of gauges. */
export interface GaugesRecord {
  readonly starts: HistogramFigures;
  readonly turns: HistogramFigures;
  readonly reloads: ReloadFigures;
}

export class Gauges {
  /** From the decision to start to the command exec'd. */
  readonly starts: Histogram;
  readonly turns: LoopTurns;
  #reloads: ReloadFigures;

  constructor(past?: GaugesRecord) {
    this.starts = new Histogram(START_BOUNDS, past?.starts);
    this.turns = new LoopTurns(past?.turns);
    this.#reloads = past?.reloads ?? NO_RELOADS;
  }

  get record(): GaugesRecord {
    return {
      starts: this.starts.figures,
      turns: this.turns.histogram.figures,
      reloads: this.#reloads,
    };
  }

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
