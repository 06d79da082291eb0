// Feeds the service manager's watchdog (sd_watchdog_enabled(3)) for as long as the loop really turns: a loop that hangs feeds
// nobody, and one whose turns come late is not believed until one of them is in time.

const FEEDS_PER_INTERVAL = 2;
/** Part of the interval that a turn may be late. */
const LATE = 1 / 8;
const LOOK_AGAIN_MS = 100;

export class Watchdog {
  readonly #intervalMs: number;
  readonly #feed: () => void;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(intervalMs: number, feed: () => void) {
    this.#intervalMs = intervalMs;
    this.#feed = feed;
  }

  /** Feeds now, and from now on. */
  start(): void {
    this.stop();
    this.#feed();
    this.#await(this.#intervalMs / FEEDS_PER_INTERVAL);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  #await(ms: number): void {
    const due = performance.now() + ms;
    this.#timer = setTimeout(() => {
      // Behind all that was due in this turn, so that its time counts.
      this.#turn = setImmediate(() => this.#look(performance.now() - due));
    }, ms);
    // It is no reason for a daemon that is done to stay.
    this.#timer.unref();
  }

  #look(lateMs: number): void {
    const mostMs = this.#intervalMs * LATE;
    if (lateMs > mostMs) return this.#await(Math.min(LOOK_AGAIN_MS, mostMs));
    this.start();
  }
}

/** Milliseconds between two signs of life at most; undefined: nobody asks for any of this process. */
export function watchdogInterval(
  { WATCHDOG_USEC: usec, WATCHDOG_PID: whose }: Readonly<NodeJS.ProcessEnv>,
  pid: number,
): number | undefined {
  if (usec === undefined || !/^[1-9]\d{0,15}$/.test(usec)) return undefined;
  return whose === undefined || whose === String(pid) ? Number(usec) / 1000 : undefined;
}
