// Reads a file that a config names, without ever hanging on it: no FIFO, no device, no more than a mebibyte. Looks at what is
// there.
import { constants, type Stats } from 'node:fs';
import { access, lstat, open, stat } from 'node:fs/promises';
import type { Look } from '../config/host.ts';

export type FileAnswer = { readonly text: string } | { readonly failure: string };

const LARGEST = 1024 * 1024;
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export async function readConfigFile(path: string): Promise<FileAnswer> {
  try {
    const file = await open(path, FLAGS);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { failure: 'not a regular file' };
      if (stat.size > LARGEST) return { failure: 'larger than 1 MiB' };
      return { text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { failure: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
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
