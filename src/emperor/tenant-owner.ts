// Whose a vassal's file is, in tyrant mode. The owner of what was read is known from the descriptor that it was read from; what
// the path leads to is looked at after that, since a name can lead to a file that is somebody else's.
import { lstat } from 'node:fs/promises';
import type { Owner, TyrantRules } from '../config/tenant.ts';
import { type Walk, walk } from '../system/walk.ts';

/** What was read, and from which file. */
export interface Read extends Owner {
  readonly path: string;
  /** Device and inode. */
  readonly target: string;
}

export type Ownership =
  | {
      readonly owner: Owner;
      /** It is the link that is his: he must be able to read what it leads to. */
      readonly byLink: boolean;
    }
  /** `owner`: it is his all the same, so that it is nobody else's any more. */
  | { readonly refused: string; readonly owner?: Owner };

/** The monitor hears of it too, and brings what is there then. */
const CHANGED: Ownership = { refused: 'another file came in its place while it was read' };

export async function ownershipOf(read: Read, { nofollow }: TyrantRules): Promise<Ownership> {
  try {
    const entry = await lstat(read.path);
    if (nofollow && entry.isSymbolicLink())
      return { owner: { uid: entry.uid, gid: entry.gid }, byLink: true };
    return ownershipOfTarget(read, await walk(read.path));
  } catch {
    return CHANGED;
  }
}

function ownershipOfTarget({ uid, gid, target: read }: Read, { links, target }: Walk): Ownership {
  const { dev, ino, nlink } = target;
  if (read !== `${dev}:${ino}`) return CHANGED;
  const stranger = links.find((owner) => owner !== 0 && owner !== uid);
  if (stranger !== undefined) {
    const message = `a symbolic link of uid ${stranger} leads to a file of uid ${uid}: links must be root's or of the file's owner (or see emperor-tyrant-nofollow)`;
    return { refused: message };
  }
  if (nlink === 1n) return { owner: { uid, gid }, byLink: false };
  return {
    owner: { uid, gid },
    refused: `the file has ${nlink} names (hard links): anybody may have made this one; in tyrant mode a config has one name`,
  };
}
