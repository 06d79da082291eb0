// Which ids there are in the user namespace of this process (user_namespaces(7)): a map of one below it can only have these.
import { readFileSync } from 'node:fs';
import type { IdSpan } from '../config/host.ts';

/** All that fit into 32 bits, but for (uid_t) -1. */
const ALL = 4_294_967_295;

/** Undefined: all of them. */
export function ownIds(kind: 'uid' | 'gid'): readonly IdSpan[] | undefined {
  try {
    return idsIn(readFileSync(`/proc/self/${kind}_map`, 'utf8'));
  } catch {
    // A kernel without user namespaces.
    return undefined;
  }
}

/** `map`: lines of INSIDE OUTSIDE COUNT. */
export function idsIn(map: string): readonly IdSpan[] | undefined {
  const spans = map
    .split('\n')
    .filter(Boolean)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([first = 0, , count = 0]) => ({ first, count }));
  return spans.some(({ first, count }) => first === 0 && count === ALL) ? undefined : spans;
}
