// Many small texts of the kernel's, off the loop: what files of /proc and of control groups say, and links there.

/** See the addon: paths and what is said are separated by NUL; empty: it cannot be read. */
export type ReadTexts = (paths: string, done: (texts: string) => void) => void;

/** More would be a long turn when what they say is taken apart. */
const PART = 50;
/** Of libuv's threads: others want some, too. */
const LANES = 2;

/** In the order of `paths`. */
export function textsOf(paths: readonly string[], read: ReadTexts): Promise<string[]> {
  if (paths.length === 0) return Promise.resolve([]);
  return new Promise((resolve) => read(paths.join('\0'), (texts) => resolve(texts.split('\0'))));
}

/** What `of` gives for some at a time, in the order of `all`: the next ones are under way when those before are taken. */
export async function* partsOf<T, R>(
  all: readonly T[],
  of: (part: readonly T[]) => Promise<R[]>,
): AsyncGenerator<R[], void> {
  const underWay: Promise<R[]>[] = [];
  for (let at = 0; at < all.length; at += PART) {
    const part = of(all.slice(at, at + PART));
    // Nobody takes it when one before it has failed, or who listens has gone: that is no reason for the process to end.
    part.catch(() => {});
    underWay.push(part);
    if (underWay.length === LANES) yield (await underWay.shift()) ?? [];
  }
  for (const part of underWay) yield await part;
}

/** The same when all of it is there. */
export async function inParts<T, R>(
  all: readonly T[],
  of: (part: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for await (const part of partsOf(all, of)) results.push(...part);
  return results;
}
