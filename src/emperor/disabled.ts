// Vassals that are not to be started, also after a reboot, until somebody enables them: a file with a line for each, its name
// and the path of its file, for a name alone may be that of another daemon's.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../system/directories.ts';

const HEAD = '# vassals that `tsjail disable` has been told of: NAME, a tab, the path of its file\n';

export class DisabledList {
  readonly #path: string;
  readonly #entries: Set<string>;

  /** Throws what reading it throws, unless it is not there. */
  constructor(path: string) {
    this.#path = path;
    this.#entries = new Set(readEntries(path));
  }

  has(name: string, source: string): boolean {
    return this.#entries.has(entryFor(name, source));
  }

  /** False: it is so already. Throws an Error that says all; nothing has changed then. */
  set(name: string, source: string, disabled: boolean): boolean {
    const entry = entryFor(name, source);
    if (this.#entries.has(entry) === disabled) return false;
    const entries = new Set(this.#entries);
    if (disabled) entries.add(entry);
    else entries.delete(entry);
    this.#write([...entries].sort());
    this.#entries.clear();
    for (const each of entries) this.#entries.add(each);
    return true;
  }

  #write(entries: readonly string[]): void {
    const beside = `${this.#path}.new`;
    try {
      makeDirectories(dirname(this.#path));
      writeFileSync(beside, HEAD + entries.map((entry) => `${entry}\n`).join(''));
      renameSync(beside, this.#path);
    } catch (error) {
      removeIfThere(beside);
      throw new Error(`the list of disabled vassals: ${(error as Error).message}`);
    }
  }
}

/** A full disk leaves a part of it. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What was wrong with the directory is told already.
  }
}

function readEntries(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EACCES: a directory that is not ours to enter, where nothing of ours was written.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}

/** A path may hold a newline. */
function entryFor(name: string, source: string): string {
  return `${name}\t${source.replace(/[\n\\]/g, (char) => (char === '\n' ? '\\n' : '\\\\'))}`;
}
