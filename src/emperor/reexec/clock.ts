// Times of a process's own clock, which begins with its program, as times of the machine's monotonic clock, which goes on.

const BEHIND = Number(process.hrtime.bigint()) / 1e6 - performance.now();
/** What the clock on the wall showed when the monotonic one began: asked once, or what was told would change by and by. */
let wallAtZero = performance.timeOrigin - BEHIND;

/** `ms` of performance.now(). */
export function toMonotonic(ms: number): number {
  return ms + BEHIND;
}

/** The same as performance.now() would have it in this process: negative for what was before it. */
export function fromMonotonic(ms: number): number {
  return ms - BEHIND;
}

/** Unix milliseconds. */
export function toWall(ms: number): number {
  return wallAtZero + toMonotonic(ms);
}

export interface ClockRecord {
  readonly wallAtZero: number;
  /** By the monotonic clock, when the record was made. */
  readonly at: number;
}

export function clockRecord(): ClockRecord {
  return { wallAtZero, at: toMonotonic(performance.now()) };
}

/** As a daemon before this one has it. */
export function resumeClock(record: ClockRecord): void {
  wallAtZero = record.wallAtZero;
}
