// The directories that are watched. Knows when a watch hangs on a directory that is no longer the one of that name, and when
// the machine has no more of them to give.
import { calls } from './calls.ts';
import { codeOf } from './errno.ts';
import type { DirectoryWatch, WatchDirectory } from './hint.ts';

export interface WatchesParts {
  readonly watch: WatchDirectory;
  /** Something happened to an entry of a directory; null: to the directory itself. */
  readonly hint: (directory: string, entry: string | null) => void;
  readonly rewatchMs: number;
}

interface Armed {
  readonly identity: string;
  readonly watch: DirectoryWatch;
  /** The watch is not what it was: the directory was removed, moved or has other permissions. */
  stale: boolean;
}

/** The directory's own fault; a look at it will tell more. */
const ITS_FAULT = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG'];

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'no inotify watch is left (ENOSPC): raise the sysctl fs.inotify.max_user_watches',
  EMFILE:
    'no inotify instance is left (EMFILE): raise the sysctl fs.inotify.max_user_instances or the limit on open files',
};

export class Watches {
  readonly #parts: WatchesParts;
  readonly #armed = new Map<string, Armed>();
  /** Directories that could not be watched, and when that was tried last. */
  readonly #deaf = new Map<string, { readonly code: string; readonly triedMs: number }>();

  #closed = false;

  constructor(parts: WatchesParts) {
    this.#parts = parts;
  }

  /** Why not all is watched that should be, and what to do about it. */
  get deafness(): string | undefined {
    for (const { code } of this.#deaf.values())
      return REMEDIES[code] ?? `changes cannot be watched (${code})`;
    return undefined;
  }

  /** Resolves when what happens from now on is hinted at, as far as that can be had. */
  async arm(directory: string): Promise<void> {
    const present = this.#armed.get(directory);
    if (present && !present.stale) return present.watch.ready;
    const identity = await directoryIdentity(directory);
    if (identity !== undefined) await this.#open(directory, identity);
  }

  /** Watches anew what is another directory by now. */
  async verify(): Promise<void> {
    await Promise.all([...this.#armed].map(([directory, armed]) => this.#verify(directory, armed)));
  }

  /** Ends the watches on all others. */
  keep(directories: ReadonlySet<string>): void {
    for (const directory of this.#armed.keys()) if (!directories.has(directory)) this.#drop(directory);
    for (const directory of this.#deaf.keys()) if (!directories.has(directory)) this.#deaf.delete(directory);
  }

  /** For good. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#armed.values()];
    this.#armed.clear();
    await Promise.all(all.map(({ watch }) => watch.close()));
  }

  async #verify(directory: string, armed: Armed): Promise<void> {
    const identity = await directoryIdentity(directory);
    if (identity === undefined) return this.#drop(directory);
    if (armed.stale || armed.identity !== identity) await this.#open(directory, identity);
  }

  async #open(directory: string, identity: string): Promise<void> {
    if (this.#closed) return;
    const present = this.#armed.get(directory);
    if (present && !present.stale && present.identity === identity) return present.watch.ready;
    this.#drop(directory);
    const failed = this.#deaf.get(directory);
    if (failed && performance.now() - failed.triedMs < this.#parts.rewatchMs) return;
    const watch = this.#parts.watch(directory, {
      hint: (entry) => this.#hint(directory, entry, watch),
      failed: (error) => this.#fail(directory, error, watch),
    });
    this.#armed.set(directory, { identity, watch, stale: false });
    await watch.ready;
    if (this.#armed.get(directory)?.watch === watch) this.#deaf.delete(directory);
  }

  #hint(directory: string, entry: string | null, watch: DirectoryWatch): void {
    const armed = this.#armed.get(directory);
    if (armed?.watch !== watch) return;
    if (entry === null) armed.stale = true;
    this.#parts.hint(directory, entry);
  }

  #fail(directory: string, error: Error, watch: DirectoryWatch): void {
    if (this.#armed.get(directory)?.watch !== watch) return;
    this.#drop(directory);
    const code = codeOf(error);
    if (!ITS_FAULT.includes(code)) this.#deaf.set(directory, { code, triedMs: performance.now() });
  }

  #drop(directory: string): void {
    void this.#armed.get(directory)?.watch.close();
    this.#armed.delete(directory);
  }
}

/** With the time of birth: the inode of a removed directory is often the next one's. Undefined: no directory is there. */
async function directoryIdentity(directory: string): Promise<string | undefined> {
  try {
    const stats = await calls.stat(directory);
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
