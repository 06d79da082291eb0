// Numbers for lines of output: one row for all vassals of a daemon, so that a reader who lost his connection can say where he
// was. It begins at the time of day, so that a daemon that takes another one's place goes on above what that one gave.

const MICROSECONDS = 1000;

let next = Date.now() * MICROSECONDS;

/** The first of `count` numbers that nobody else gets. */
export function takeNumbers(count: number): number {
  const first = next;
  next += count;
  return first;
}

/** The next one that will be given. */
export function nextNumber(): number {
  return next;
}
