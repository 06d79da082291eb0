// Whose a vassal's file is, in tyrant mode. The owner of what was read is known from the descriptor that it was read from; what
// stands at the path is looked at after that, since a name can lead to a file that is somebody else's.

import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { Owner, TyrantRules } from '../config/tenant.ts';

/** What was read, and from which file. */
export interface Read extends Owner {
  readonly path: string;
  /** Device and inode. */
  readonly identity: string;
}

export type Ownership =
  | { readonly owner: Owner /** He must be able to read it himself. */; readonly byLink: boolean }
  | { readonly refused: string };

export async function ownershipOf(read: Read, { nofollow }: TyrantRules): Promise<Ownership> {
  let entry: BigIntStats;
  try {
    entry = await lstat(read.path, { bigint: true });
  } catch {
    return CHANGED;
  }
  const owner = { uid: read.uid, gid: read.gid };
  const linked = { uid: Number(entry.uid), gid: Number(entry.gid) };
  if (!entry.isSymbolicLink()) return ownershipOfFile(read, entry, owner);
  if (nofollow) return { owner: linked, byLink: true };
  if (linked.uid === 0 || linked.uid === owner.uid) return { owner, byLink: false };
  return {
    refused: `a symbolic link of uid ${linked.uid} to a file of uid ${owner.uid}: a link must be root's or of the file's owner (or see emperor-tyrant-nofollow)`,
  };
}

function ownershipOfFile({ identity }: Read, { dev, ino, nlink }: BigIntStats, owner: Owner): Ownership {
  if (identity !== `${dev}:${ino}`) return CHANGED;
  if (nlink === 1n) return { owner, byLink: false };
  return {
    refused: `the file has ${nlink} names (hard links): anybody may have made this one; in tyrant mode a config has one name`,
  };
}

/** The monitor hears of it too, and brings what is there then. */
const CHANGED: Ownership = { refused: 'another file came in its place while it was read' };
