// Timers by name: one of each, which a new one takes the place of.

import { fromMonotonic, toMonotonic } from './reexec/clock.ts';

/** Milliseconds of the machine's monotonic clock. */
export interface TimerRecord<Name> {
  readonly name: Name;
  readonly armedAt: number;
  readonly endsAt: number;
}

interface Running {
  timer: NodeJS.Timeout;
  readonly armedAt: number;
  endsAt: number;
}

/** Nobody puts an end off for longer than this, however often it is asked for. */
const MOST_EXTENDED_MS = 3_600_000;

export class Timers<Name> {
  readonly #running = new Map<Name, Running>();
  readonly #over: (name: Name) => void;

  constructor(over: (name: Name) => void) {
    this.#over = over;
  }

  arm(name: Name, ms: number): void {
    this.disarm(name);
    const now = performance.now();
    this.#running.set(name, { timer: this.#start(name, ms), armedAt: now, endsAt: now + ms });
  }

  /** Those of `names` that run go on for `ms` from now, if that is longer. */
  extend(names: readonly Name[], ms: number): void {
    const now = performance.now();
    for (const name of names) {
      const running = this.#running.get(name);
      if (running === undefined) continue;
      const endsAt = Math.min(now + ms, running.armedAt + MOST_EXTENDED_MS);
      if (endsAt <= running.endsAt) continue;
      clearTimeout(running.timer);
      running.timer = this.#start(name, endsAt - now);
      running.endsAt = endsAt;
    }
  }

  isRunning(name: Name): boolean {
    return this.#running.has(name);
  }

  disarm(name: Name): void {
    clearTimeout(this.#running.get(name)?.timer);
    this.#running.delete(name);
  }

  get record(): TimerRecord<Name>[] {
    return [...this.#running].map(([name, { armedAt, endsAt }]) => ({
      name,
      armedAt: toMonotonic(armedAt),
      endsAt: toMonotonic(endsAt),
    }));
  }

  /** What was over meanwhile is told soon. */
  resume(record: readonly TimerRecord<Name>[]): void {
    const now = performance.now();
    for (const { name, ...times } of record) {
      const endsAt = fromMonotonic(times.endsAt);
      const timer = this.#start(name, Math.max(0, endsAt - now));
      this.#running.set(name, { timer, armedAt: fromMonotonic(times.armedAt), endsAt });
    }
  }

  disarmAll(): void {
    for (const name of [...this.#running.keys()]) this.disarm(name);
  }

  #start(name: Name, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#running.delete(name);
      this.#over(name);
    }, ms);
  }
}
