// What is open in a process, while it goes on opening and closing.
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Of a directory `fd` in /proc: what each of them leads to, and where it can be had. */
export function descriptorsIn(directory: string): [link: string, path: string][] {
  return readdirSync(directory).flatMap((fd) => linkOf(join(directory, fd)));
}

function linkOf(path: string): [link: string, path: string][] {
  try {
    return [[readlinkSync(path), path]];
  } catch {
    // Closed meanwhile.
    return [];
  }
}
