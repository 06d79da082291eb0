// Reads a file that a config names, without ever hanging on it: no FIFO, no device, no more than a mebibyte.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

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
