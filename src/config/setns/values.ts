// Reader for names of namespaces as /proc/PID/ns has them (namespaces(7)).

import { namespaceOf } from '../namespaces.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';

/** What a setns server hands out, in the order of uWSGI's; never `user`. */
export const SERVED = [
  'net',
  'uts',
  'ipc',
  'pid',
  'pid_for_children',
  'mnt',
  'cgroup',
  'time',
  'time_for_children',
] as const;
export type ServedName = (typeof SERVED)[number];

/** Also by the names that `clone` has. `user` is skipped anyway. */
export function readServedNames(text: string): readonly ServedName[] | Bad {
  const found: ServedName[] = [];
  for (const match of text.matchAll(/[^\s,]+/g)) {
    const name = servedNameOf(match[0]);
    if (name === undefined) {
      const part = { from: match.index, to: match.index + match[0].length };
      const suggestion = nearest(match[0], SERVED);
      return new Bad(`no namespace is called \`${match[0]}\` under /proc/PID/ns`, { suggestion, ...part });
    }
    if (name !== 'user') found.push(name);
  }
  return found;
}

function servedNameOf(word: string): ServedName | 'user' | undefined {
  const proc = word === 'user' ? word : (namespaceOf(word)?.proc ?? word);
  return proc === 'user' ? proc : SERVED.find((name) => name === proc);
}
