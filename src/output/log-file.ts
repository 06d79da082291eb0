// A vassal's log file in the hands of the daemon: opened for appending, and put aside when it is large. All of it on the thread
// pool, and by way of its directory's descriptor: see trusted-directory.ts.
import { type BigIntStats, constants, fchmod, fchown, fstat, open } from 'node:fs';
import { lstat, rename, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { closeFd, inDirectory, isOthersDirectory, openDirectoryOf } from './trusted-directory.ts';

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
const FLAGS = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
const MODE = 0o640;
const PERMISSIONS = 0o777;
/** Somebody else may make it, or take it away, at the same moment. */
const ATTEMPTS = 3;

const openFd = promisify(open);

/** Numbers of inodes may be larger than a number of JavaScript is exact. */
export async function statOf(fd: number): Promise<BigIntStats> {
  return promisify<number, { bigint: true }, BigIntStats>(fstat)(fd, { bigint: true });
}

export interface LogFiles {
  /** Descriptor of a regular file, at its end; `like`: mode and owner of one that has to be made. */
  open(path: string, like: BigIntStats | undefined): Promise<number>;
  /** The file `path`, if it is that one still, becomes `path.1`, and so on. */
  putAside(path: string, file: BigIntStats, keep: number): Promise<void>;
}

export const OWN_FILES: LogFiles = {
  open: (path, like) => within(path, (directory, name) => openIn(directory, name, like)),
  putAside: (path, file, keep) =>
    within(path, (directory, name) => putAside(inDirectory(directory, name), file, keep)),
};

async function within<T>(path: string, act: (directory: number, name: string) => Promise<T>): Promise<T> {
  const directory = await openDirectoryOf(path).catch((error: Error) => {
    throw new Error(`${error.message.replace(/, open '.*'$/, '')} (${dirname(path)})`);
  });
  try {
    return await act(directory, basename(path));
  } catch (error) {
    const { message } = error as Error;
    throw new Error(message.replaceAll(`/proc/self/fd/${directory}`, dirname(path)));
  } finally {
    closeFd(directory);
  }
}

async function openIn(directory: number, name: string, like: BigIntStats | undefined): Promise<number> {
  const path = inDirectory(directory, name);
  for (let attempt = 1; ; attempt++) {
    const present = await lstatOf(path);
    // To open a device or a FIFO may do something already.
    if (present && !present.isFile()) throw new Error(`${kindOf(present)}, not a regular file`);
    try {
      return present ? await openPresent(directory, path) : await make(path, like);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === ATTEMPTS || (code !== 'ENOENT' && code !== 'EEXIST')) throw error;
    }
  }
}

async function openPresent(directory: number, path: string): Promise<number> {
  const fd = await openFd(path, FLAGS);
  const stat = await statOf(fd);
  const fault = !stat.isFile()
    ? `${kindOf(stat)}, not a regular file`
    : stat.nlink > 1n && (await isOthersDirectory(directory))
      ? 'it has a second name (a hard link), and others may write in its directory'
      : undefined;
  if (fault === undefined) return fd;
  closeFd(fd);
  throw new Error(fault);
}

async function make(path: string, like: BigIntStats | undefined): Promise<number> {
  const fd = await openFd(path, FLAGS | O_CREAT | O_EXCL, MODE);
  if (like === undefined) return fd;
  // Only root may give a file away; what a daemon that is not root makes is its own.
  await promisify(fchown)(fd, Number(like.uid), Number(like.gid)).catch(() => {});
  await promisify(fchmod)(fd, Number(like.mode) & PERMISSIONS);
  return fd;
}

async function putAside(path: string, file: BigIntStats, keep: number): Promise<void> {
  const present = await lstatOf(path);
  // Somebody else has moved it: then it is that one's to keep.
  if (present?.ino !== file.ino || present.dev !== file.dev) return;
  if (keep === 0) return unlink(path);
  let last = 0;
  while (last < keep && (await lstatOf(`${path}.${last + 1}`))) last++;
  for (let number = Math.min(last, keep - 1); number > 0; number--)
    await rename(`${path}.${number}`, `${path}.${number + 1}`);
  await rename(path, `${path}.1`);
}

/** Undefined: there is nothing. */
async function lstatOf(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

function kindOf(stat: BigIntStats): string {
  if (stat.isSymbolicLink()) return 'a symbolic link';
  if (stat.isDirectory()) return 'a directory';
  if (stat.isFIFO()) return 'a FIFO';
  return stat.isSocket() ? 'a socket' : 'a device';
}
