// Lines of a block of bytes. A loop over bytes: short lines would make a call of indexOf for each of them dearer.
const NEWLINE = 10;

export function newlinesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === NEWLINE) count++;
  return count;
}

/** Where the first `count` lines end, of which there are as many. */
export function endOfLines(bytes: Uint8Array, count: number): number {
  let left = count;
  let at = 0;
  while (left > 0 && at < bytes.length) if (bytes[at++] === NEWLINE) left--;
  return at;
}
