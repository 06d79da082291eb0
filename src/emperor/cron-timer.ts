// Calls when a cron's time has come. The clock on the wall may be set meanwhile, and a machine sleeps: so it looks again now and then.
import type { Cron } from '../config/cron.ts';
import { nextTime } from './cron-times.ts';

const LONGEST_MS = 600_000;

export class CronTimer {
  readonly #call: () => void;
  #timer: NodeJS.Timeout | undefined;
  #cron: Cron | undefined;
  #next: number | undefined;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** Unix milliseconds; undefined: it waits for nothing. */
  get next(): number | undefined {
    return this.#next;
  }

  arm(cron: Cron | undefined): void {
    this.disarm();
    if (cron === undefined) return;
    this.#cron = cron;
    this.#next = nextTime(cron, Date.now());
    this.#wait();
  }

  /** `next` was found out by a daemon before this one; what was due meanwhile is called soon. */
  resume(cron: Cron, next: number): void {
    this.#cron = cron;
    this.#next = next;
    this.#timer = setTimeout(() => this.#look(), Math.max(0, Math.min(next - Date.now(), LONGEST_MS)));
  }

  /** Another one takes its place, if it waits. */
  replace(cron: Cron | undefined): void {
    if (this.#next !== undefined && cron?.text !== this.#cron?.text) this.arm(cron);
  }

  disarm(): void {
    clearTimeout(this.#timer);
    this.#next = undefined;
  }

  #wait(): void {
    if (this.#next === undefined) return;
    const left = this.#next - Date.now();
    if (left <= 0) {
      this.disarm();
      return this.#call();
    }
    this.#timer = setTimeout(() => this.#look(), Math.min(left, LONGEST_MS));
  }

  /** A clock that was put back brings times again that have been. */
  #look(): void {
    const soonest = this.#cron && nextTime(this.#cron, Date.now());
    if (soonest !== undefined && this.#next !== undefined) this.#next = Math.min(this.#next, soonest);
    this.#wait();
  }
}
