// The file of a unix socket outlives who served on it: one that a jail left is removed, one that somebody serves on never.
// All by way of its directory's descriptor: whoever may exchange that directory does not decide what is removed.
import { constants } from 'node:fs';
import { lstat, open, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';

/** fcntl.h; Node has no name for it. */
const O_PATH = 0o10_000_000;

/** `work` gets a path that leads to the name in the directory that is there now. Undefined: there is no such directory, or none
 *  for us. */
export async function inItsDirectory<T>(
  path: string,
  work: (pinned: string) => Promise<T>,
): Promise<T | undefined> {
  const directory = await open(dirname(path), O_PATH | constants.O_DIRECTORY).catch(unlessNone);
  if (directory === undefined) return undefined;
  try {
    return await work(`/proc/self/fd/${directory.fd}/${basename(path)}`);
  } finally {
    await directory.close();
  }
}

export async function removeStaleSocket(path: string): Promise<void> {
  await inItsDirectory(path, async (pinned) => {
    const found = await lstat(pinned).catch(() => undefined);
    if (found?.isSocket() && (await isStale(pinned))) await unlink(pinned).catch(unlessGone);
  });
}

const NONE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG']);

function unlessNone(error: NodeJS.ErrnoException): undefined {
  if (!NONE.has(error.code ?? '')) throw error;
  return undefined;
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** `path` is short, whatever that of its directory is. */
function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path }, () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
