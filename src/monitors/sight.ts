// What stands at a path right now, without opening it: a device could do something when it is opened.
import type { Disk, FileStats } from './disk.ts';
import { isAbsence } from './errno.ts';

export type Sighting =
  | { readonly kind: 'gone' }
  /** `entry` undefined: not even the entry could be looked at. */
  | { readonly kind: 'broken'; readonly message: string; readonly entry: FileStats | undefined }
  /** `entry` and `target` are the same but for a symbolic link. */
  | { readonly kind: 'there'; readonly entry: FileStats; readonly target: FileStats };

export async function sight(path: string, nofollow: boolean, disk: Disk): Promise<Sighting> {
  const { entry, target } = await disk.look(path);
  if ('code' in entry)
    return isAbsence(entry) ? { kind: 'gone' } : { kind: 'broken', message: entry.message, entry: undefined };
  if (nofollow && entry.isSymbolicLink())
    return { kind: 'broken', message: 'a symbolic link, and links are not followed here', entry };
  if (!('code' in target)) return { kind: 'there', entry, target };
  return { kind: 'broken', message: isAbsence(target) ? 'dangling link' : target.message, entry };
}
