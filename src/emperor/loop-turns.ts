// How long the turns of the event loop take in which something happens to vassals: nobody else has his turn meanwhile. Measured
// by those turns alone: a timer, as monitorEventLoopDelay has it, would wake a daemon that has nothing to do.
import type { Native } from '../jail/native.ts';
import { Histogram, type HistogramFigures } from './histogram.ts';

/** Seconds. */
const BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

export class LoopTurns {
  readonly histogram: Histogram;
  #begun: number | undefined;
  readonly #end = () => {
    this.histogram.observe((performance.now() - (this.#begun ?? 0)) / 1000);
    this.#begun = undefined;
  };

  constructor(past?: HistogramFigures) {
    this.histogram = new Histogram(BOUNDS, past);
  }

  /** Something happens. What setImmediate() asks for is done at the end of the same turn. */
  begin(): void {
    if (this.#begun !== undefined) return;
    this.#begun = performance.now();
    setImmediate(this.#end);
  }
}

/** The same addon; what it tells of counts as a turn. */
export function timed(native: Native, turns: LoopTurns): Native {
  return {
    ...native,
    watch: (fd, events, ready) =>
      native.watch(fd, events, (happened) => {
        turns.begin();
        ready(happened);
      }),
    watchExit: (pid, pidfd, done) =>
      native.watchExit(pid, pidfd, (status) => {
        turns.begin();
        done(status);
      }),
  };
}
