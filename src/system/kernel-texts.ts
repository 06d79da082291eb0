// Many small texts of the kernel's, off the loop: what files of /proc and of control groups say, and links there.

/** See the addon: paths and what is said are separated by NUL; empty: it cannot be read. */
export type ReadTexts = (paths: string, done: (texts: string) => void) => void;

/** More would be a long turn when what they say is taken apart. */
const PART = 200;
/** Of libuv's threads: others want some, too. */
const LANES = 2;

/** In the order of `paths`. */
export function textsOf(paths: readonly string[], read: ReadTexts): Promise<string[]> {
  if (paths.length === 0) return Promise.resolve([]);
  return new Promise((resolve) => read(paths.join('\0'), (texts) => resolve(texts.split('\0'))));
}

/** What `of` gives for some at a time, in the order of `all`. */
export async function inParts<T, R>(
  all: readonly T[],
  of: (part: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const parts = Array.from({ length: Math.ceil(all.length / PART) }, (_, part) =>
    all.slice(part * PART, (part + 1) * PART),
  );
  const results: R[][] = [];
  const rest = parts.entries();
  const lane = async () => {
    for (const [index, part] of rest) results[index] = await of(part);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results.flat();
}
