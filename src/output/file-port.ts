// A port on a vassal's log file: opened and written on the thread pool, because a disk may be slow, and put aside between two
// lines before it grows beyond its size.
import { type BigIntStats, write } from 'node:fs';
import type { Port } from './bounded-writer.ts';
import { type LogFiles, OWN_FILES, statOf } from './log-file.ts';
import { closeFd } from './trusted-directory.ts';

export interface FileManner {
  /** In bytes; 0: it is never put aside. */
  readonly maxSize: number;
  readonly keep: number;
}

export interface FilePortOptions extends FileManner {
  readonly path: string;
  readonly files?: LogFiles | undefined;
  /** Told once when it cannot be put aside, and once when it can again: until then it grows. */
  readonly trouble: (text: string) => void;
  readonly now?: () => number;
}

export const PATIENCE_MS = 60_000;
const NEWLINE = 10;

export function filePort(options: FilePortOptions): Port {
  return new FilePort(options);
}

class FilePort implements Port {
  readonly #options: FilePortOptions;
  readonly #files: LogFiles;
  readonly #now: () => number;
  #fd = -1;
  #size = 0;
  /** Mode and owner, for the one that comes next. */
  #stat: BigIntStats | undefined;
  #isInLine = false;
  /** It cannot be put aside: not tried again before. */
  #growsUntil: number | undefined;

  constructor(options: FilePortOptions) {
    this.#options = options;
    this.#files = options.files ?? OWN_FILES;
    this.#now = options.now ?? (() => performance.now());
  }

  open(opened: (error?: Error) => void): void {
    this.#open().then(() => opened(), opened);
  }

  write(bytes: Buffer, done: (error: Error | undefined, written: number) => void): void {
    const size = this.#fitting(bytes);
    if (size === 0)
      return void this.#putAside().then(
        () => done(undefined, 0),
        (error: Error) => done(error, 0),
      );
    write(this.#fd, bytes, 0, size, null, (error, written) => {
      if (error === null) this.#wrote(bytes, written);
      done(error ?? undefined, written);
    });
  }

  close(): void {
    closeFd(this.#fd);
    this.#fd = -1;
  }

  async #open(): Promise<void> {
    const fd = await this.#files.open(this.#options.path, this.#stat);
    try {
      this.#stat = await statOf(fd);
    } catch (error) {
      closeFd(fd);
      throw error;
    }
    this.#fd = fd;
    this.#size = Number(this.#stat.size);
    this.#isInLine = false;
  }

  #wrote(bytes: Buffer, written: number): void {
    this.#size += written;
    if (written > 0) this.#isInLine = bytes[written - 1] !== NEWLINE;
  }

  /** How much of it may be written; 0: the file is full. */
  #fitting(bytes: Buffer): number {
    const { maxSize } = this.#options;
    const room = maxSize - this.#size;
    if (maxSize === 0 || bytes.length <= room || this.#isGrowing()) return bytes.length;
    const line = bytes.indexOf(NEWLINE) + 1 || bytes.length;
    if (this.#isInLine) return line;
    const whole = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    // A line that is longer than a whole file has one to itself.
    return whole === 0 && this.#size === 0 ? line : whole;
  }

  #isGrowing(): boolean {
    return this.#growsUntil !== undefined && this.#now() < this.#growsUntil;
  }

  async #putAside(): Promise<void> {
    const { path, keep } = this.#options;
    const before = await statOf(this.#fd);
    const known = this.#size;
    this.#size = Number(before.size);
    // Somebody has cut it (logrotate's copytruncate).
    if (this.#size < known) return;
    try {
      await this.#files.putAside(path, before, keep);
      const former = this.#fd;
      this.#stat = before;
      await this.#open();
      closeFd(former);
      if (this.#stat.ino === before.ino) throw new Error('it is where it was');
      this.#told(undefined);
    } catch (error) {
      this.#told(error as Error);
    }
  }

  #told(error: Error | undefined): void {
    const isNews = (this.#growsUntil === undefined) !== (error === undefined);
    this.#growsUntil = error && this.#now() + PATIENCE_MS;
    if (isNews)
      this.#options.trouble(
        error ? `cannot be put aside, it grows on: ${error.message}` : 'is put aside again',
      );
  }
}
