// The file of a unix socket: it gets its rights before anybody can connect, nothing of anybody else's is ever touched for it, and
// it goes only while it is ours.
import { type BigIntStats, constants } from 'node:fs';
import { chmod, chown, type FileHandle, lstat, open, unlink } from 'node:fs/promises';
import type { SocketSpec } from '../config/vassal-config.ts';
import { inItsDirectory, removeStaleSocket } from '../jail/stale-socket.ts';
import type { SocketFile } from './address-book.ts';

/** fcntl.h; Node has no name for it. */
const O_PATH = 0o10_000_000;
const RIGHTS = 0o7777n;
const EXACT = { bigint: true } as const;
const KEEP = -1;

type Rights = Pick<SocketSpec, 'mode' | 'uid' | 'gid'>;

/** Of the socket that was just bound at `path`: nobody else's has no rights at all (mode 0), one name and our user. */
export async function takeOver(path: string, rights: Rights): Promise<SocketFile> {
  return withFile(path, async (file, stats) => {
    const isOurs =
      (stats.mode & RIGHTS) === 0n && stats.nlink === 1n && Number(stats.uid) === process.geteuid?.();
    if (!isOurs) throw new Error('somebody has put another one there');
    const own = { path, identity: identityOf(stats) };
    try {
      await give(file, rights);
    } catch (error) {
      await removeFile(own);
      throw error;
    }
    return own;
  });
}

/** Other rights for one that is ours already. */
export async function changeRights({ path, identity }: SocketFile, rights: Rights): Promise<void> {
  await withFile(path, async (file, stats) => {
    if (identityOf(stats) === identity) await give(file, rights);
  });
}

/** Is it still what is there under its name? */
export async function isThere({ path, identity }: SocketFile): Promise<boolean> {
  const stats = await lstat(path, EXACT).catch(() => undefined);
  return stats !== undefined && identityOf(stats) === identity;
}

export async function removeFile({ path, identity }: SocketFile): Promise<void> {
  await inItsDirectory(path, async (pinned) => {
    if (await isThere({ path: pinned, identity })) await unlink(pinned).catch(() => {});
  });
}

/** Of a daemon that died. False: it is gone, or somebody listens there by now. */
export async function removeLeft(file: SocketFile): Promise<boolean> {
  if (!(await isThere(file))) return false;
  await removeStaleSocket(file.path);
  return !(await isThere(file));
}

/** Makes room for a socket. What is in the way and stays there, as words; undefined: nothing. */
export async function makeRoom(path: string): Promise<string | undefined> {
  const found = await lstat(path, EXACT).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isSocket()) return `there is ${kindOf(found)} of that name, which is left alone`;
  await removeStaleSocket(path);
  const left = await lstat(path).catch(() => undefined);
  return left && 'somebody else listens there';
}

/** By a descriptor: what is at the path may be exchanged at any moment by whoever may write to the directory. */
async function withFile<T>(
  path: string,
  work: (file: FileHandle, stats: BigIntStats) => Promise<T>,
): Promise<T> {
  const file = await open(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat(EXACT);
    if (!stats.isSocket()) throw new Error('somebody has put something else there');
    return await work(file, stats);
  } finally {
    await file.close();
  }
}

async function give({ fd }: FileHandle, { mode, uid, gid }: Rights): Promise<void> {
  const itself = `/proc/self/fd/${fd}`;
  if (uid !== undefined || gid !== undefined) await chown(itself, uid ?? KEEP, gid ?? KEEP);
  if (mode !== undefined) await chmod(itself, mode);
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a directory';
  return stats.isFile() ? 'a file' : 'a special file';
}
