// Reads a file that a config names, without ever hanging on it: no FIFO, no device, no more than a mebibyte. Looks at what is
// there.
import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, lstat, open, stat } from 'node:fs/promises';
import type { Look } from '../config/host.ts';

export type FileAnswer = { readonly text: string } | { readonly failure: string };

const LARGEST = 1024 * 1024;
const CHUNK = 64 * 1024;
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export async function readConfigFile(path: string): Promise<FileAnswer> {
  try {
    const file = await open(path, FLAGS);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { failure: 'not a regular file' };
      if (stat.size > LARGEST) return { failure: 'larger than 1 MiB' };
      return await read(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    return { failure: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

/** No more than that, also of a file that grows while it is read. */
async function read(file: FileHandle): Promise<FileAnswer> {
  const parts: Buffer[] = [];
  for (let left = LARGEST + 1; left > 0; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(left, CHUNK)), 0);
    if (bytesRead === 0) return { text: Buffer.concat(parts).toString('utf8') };
    parts.push(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return { failure: 'larger than 1 MiB' };
}

/** A link to nothing is nothing; a path that leads nowhere, or where nobody may go, too. */
export async function lookAt(path: string): Promise<Look> {
  const entry = await lstat(path).catch(() => undefined);
  const target = entry?.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  const readable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  return { kind: kindOf(target), readable, inode: entry?.ino };
}

function kindOf(stats: Stats | undefined): Look['kind'] {
  if (stats === undefined) return 'none';
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}
