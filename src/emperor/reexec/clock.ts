// Times of a process's own clock, which begins with its program, as times of the machine's monotonic clock, which goes on.

const BEHIND = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** `ms` of performance.now(). */
export function toMonotonic(ms: number): number {
  return ms + BEHIND;
}

/** The same as performance.now() would have it in this process: negative for what was before it. */
export function fromMonotonic(ms: number): number {
  return ms - BEHIND;
}
