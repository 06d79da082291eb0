// Timers by name: one of each, which a new one takes the place of.

import { fromMonotonic, toMonotonic } from './reexec/clock.ts';

/** Milliseconds of the machine's monotonic clock. */
export interface TimerRecord<Name> {
  readonly name: Name;
  readonly armedAt: number;
  readonly endsAt: number;
}

interface Running<Name> {
  readonly name: Name;
  timer: NodeJS.Timeout;
  readonly armedAt: number;
  endsAt: number;
}

/** Nobody puts an end off for longer than this, however often it is asked for. */
const MOST_EXTENDED_MS = 3_600_000;

export class Timers<Name> {
  /** A few at most, and mostly none. */
  #running: readonly Running<Name>[] = [];
  readonly #over: (name: Name) => void;

  constructor(over: (name: Name) => void) {
    this.#over = over;
  }

  arm(name: Name, ms: number): void {
    this.disarm(name);
    const now = performance.now();
    this.#add({ name, timer: this.#start(name, ms), armedAt: now, endsAt: now + ms });
  }

  /** Those of `names` that run go on for `ms` from now, if that is longer. */
  extend(names: readonly Name[], ms: number): void {
    const now = performance.now();
    for (const running of this.#running) {
      const { name } = running;
      if (!names.includes(name)) continue;
      const endsAt = Math.min(now + ms, running.armedAt + MOST_EXTENDED_MS);
      if (endsAt <= running.endsAt) continue;
      clearTimeout(running.timer);
      running.timer = this.#start(name, endsAt - now);
      running.endsAt = endsAt;
    }
  }

  isRunning(name: Name): boolean {
    return this.#running.some((running) => running.name === name);
  }

  disarm(name: Name): void {
    const running = this.#running.find((each) => each.name === name);
    if (running === undefined) return;
    clearTimeout(running.timer);
    this.#delete(name);
  }

  get record(): TimerRecord<Name>[] {
    return this.#running.map(({ name, armedAt, endsAt }) => ({
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
      this.#add({ name, timer, armedAt: fromMonotonic(times.armedAt), endsAt });
    }
  }

  disarmAll(): void {
    for (const { name } of this.#running) this.disarm(name);
  }

  #start(name: Name, ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#delete(name);
      this.#over(name);
    }, ms);
  }

  #add(running: Running<Name>): void {
    this.#running = [...this.#running, running];
  }

  #delete(name: Name): void {
    this.#running = this.#running.filter((running) => running.name !== name);
  }
}
