// What stands at a path right now, without opening it: a device could do something when it is opened.
import type { BigIntStats } from 'node:fs';
import { calls } from './calls.ts';
import { errnoWords, isAbsence } from './errno.ts';

export type Sighting =
  | { readonly kind: 'gone' }
  /** `entry` undefined: not even the entry could be looked at. */
  | { readonly kind: 'broken'; readonly message: string; readonly entry: BigIntStats | undefined }
  /** `entry` and `target` are the same but for a symbolic link. */
  | { readonly kind: 'there'; readonly entry: BigIntStats; readonly target: BigIntStats };

export async function sight(path: string, nofollow: boolean): Promise<Sighting> {
  let entry: BigIntStats;
  try {
    entry = await calls.lstat(path);
  } catch (error) {
    return isAbsence(error)
      ? { kind: 'gone' }
      : { kind: 'broken', message: errnoWords(error), entry: undefined };
  }
  if (!entry.isSymbolicLink()) return { kind: 'there', entry, target: entry };
  if (nofollow) return { kind: 'broken', message: 'a symbolic link, and links are not followed here', entry };
  try {
    return { kind: 'there', entry, target: await calls.stat(path) };
  } catch (error) {
    return { kind: 'broken', message: isAbsence(error) ? 'dangling link' : errnoWords(error), entry };
  }
}
