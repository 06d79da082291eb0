// One scan of a source: which configs there are by name, which directories that took, and what could not be read.
import { dirname } from 'node:path';
import { calls } from './calls.ts';
import { errnoWords, isAbsence } from './errno.ts';
import type { Watches } from './watches.ts';

/** What matters in a directory that is part of the source. */
export interface Level {
  accepts(entry: string): boolean;
  /** The entries are configs, not directories that lead there. */
  readonly leaf: boolean;
}

/** Finds the configs of a source, reading directories by the given inventory only. */
export type FindConfigs = (inventory: Inventory) => Promise<readonly string[]>;

export interface Source {
  /** Absolute path of the directory where it begins. */
  base(): Promise<string>;
  readonly find: FindConfigs;
}

export class Inventory {
  readonly directories = new Map<string, Level>();
  readonly failures = new Map<string, unknown>();
  files: ReadonlySet<string> = new Set();
  readonly #watches: Watches;
  /** Told of a directory before it is read, so that hints from it are understood at once. */
  readonly #enter: (directory: string, level: Level) => void;

  constructor(watches: Watches, enter: (directory: string, level: Level) => void) {
    this.#watches = watches;
    this.#enter = enter;
  }

  /** Accepted entries, as paths. `optional`: not being there is no failure. */
  async read(directory: string, level: Level, optional: boolean): Promise<string[]> {
    this.#enter(directory, level);
    await this.#watches.arm(directory);
    try {
      const entries = await calls.readdir(directory);
      this.directories.set(directory, level);
      // Not join(), which takes half of the time of a scan by name.
      const prefix = directory.endsWith('/') ? directory : `${directory}/`;
      return entries.filter((entry) => level.accepts(entry)).map((entry) => prefix + entry);
    } catch (error) {
      if (!(optional && isAbsence(error))) this.failures.set(directory, error);
      return [];
    }
  }

  /** Nothing is known about `path`, since a directory above it could not be read. */
  isHidden(path: string): boolean {
    if (this.failures.size === 0) return false;
    for (let at = dirname(path); at !== '/'; at = dirname(at)) if (this.failures.has(at)) return true;
    return this.failures.has('/');
  }

  /** Certainly not there. */
  lacks(path: string): boolean {
    return !this.files.has(path) && !this.isHidden(path);
  }

  /** Null: everything could be read. */
  get complaint(): string | null {
    const [first] = this.failures;
    if (first === undefined) return null;
    const others = this.failures.size > 1 ? ` (and ${this.failures.size - 1} more)` : '';
    return `${first[0]} cannot be read: ${errnoWords(first[1])}${others}`;
  }
}
