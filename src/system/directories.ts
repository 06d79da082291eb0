// Makes directories. Not by node's `recursive`, which tries for ever where mkdir(2) answers ENOENT in a directory that is
// there, as /proc and cgroupfs may.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const MODE = 0o755;

/** `path` and what is missing above it. Fine when it is there; throws what mkdir(2) gives. */
export function makeDirectories(path: string): void {
  try {
    make(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    makeDirectories(dirname(path));
    make(path);
  }
}

function make(path: string): void {
  try {
    mkdirSync(path, MODE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
