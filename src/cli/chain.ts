// Doing something to many vassals, a few at a time: each after those that it has to come after, and no further once one failed.

export interface Chain<T> {
  /** How many at a time. */
  readonly parallel: number;
  /** Those that must be done before; such as are not in the chain are not waited for. */
  readonly before: (item: T) => readonly T[];
  /** False: no more are begun. */
  readonly run: (item: T) => Promise<boolean>;
}

/** Resolves with those that were not begun. Rejects when `run` does, after what was under way has ended. */
export async function inTurn<T>(
  items: readonly T[],
  { parallel, before, run }: Chain<T>,
): Promise<readonly T[]> {
  const left = new Set(items);
  const underWay = new Set<Promise<void>>();
  const done = new Set<T>();
  let goesOn = true;
  const isFree = (item: T) => before(item).every((each) => !items.includes(each) || done.has(each));
  const begin = (item: T) => {
    left.delete(item);
    const task = run(item)
      .then((ok) => {
        goesOn &&= ok;
      })
      .finally(() => {
        done.add(item);
        underWay.delete(task);
      });
    underWay.add(task);
  };
  try {
    while (goesOn && left.size > 0) {
      for (const item of left) if (underWay.size < parallel && isFree(item)) begin(item);
      // They wait for one another: somebody has to be first.
      if (underWay.size === 0) for (const item of [...left].slice(0, 1)) begin(item);
      await Promise.race(underWay);
    }
  } finally {
    await Promise.allSettled(underWay);
  }
  return [...left];
}
