// What the monitors ask of the file system about configs: what stands at a path, and what is in a file with all that tells
// whether that may be believed.
import { constants } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { Batch } from './batch.ts';

/** The part of stat(2) that matters. */
export interface FileStats {
  readonly uid: bigint;
  readonly gid: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Why a call failed. */
export interface Failure {
  /** Such as `ENOENT`. */
  readonly code: string;
  readonly message: string;
}

/** `target` is the same as `entry` but for a symbolic link. */
export interface Found {
  readonly entry: FileStats | Failure;
  readonly target: FileStats | Failure;
}

/** Of a file that was opened once. */
export interface Copy {
  /** Could it not be opened? */
  readonly opened: Failure | undefined;
  /** Did something fail after that? */
  readonly failed: Failure | undefined;
  readonly before: FileStats;
  /** Who else has it open for writing? */
  readonly lease: Lease;
  /** None of what is no regular file, too large, empty or busy. */
  readonly bytes: Buffer;
  readonly after: FileStats;
}

export type Lease = 'free' | 'busy' | 'unsupported';

export interface Disk {
  look(path: string): Promise<Found>;
  /** By one thread, in one call: for a scan, which is to leave the others to who is in a hurry. */
  lookAtAll(paths: readonly string[]): Promise<readonly Found[]>;
  read(path: string, nofollow: boolean): Promise<Copy>;
}

/** Of the addon: see addon/config_files.h. */
export interface DiskCalls {
  lookAt(paths: readonly string[], done: (numbers: BigInt64Array) => void): void;
  readConfigs(
    paths: readonly string[],
    nofollow: boolean,
    done: (copies: readonly [numbers: BigInt64Array, bytes: Buffer]) => void,
  ): void;
}

const STATS = 8;
const LOOK = 2 + 2 * STATS;
const COPY = 4 + 2 * STATS;
const LEASES: readonly Lease[] = ['free', 'busy', 'unsupported'];

export function openDisk(calls: DiskCalls): Disk {
  const looks = new Batch<Found>((paths, answered) =>
    calls.lookAt(paths, (numbers) => answered((index) => foundAt(numbers, index * LOOK))),
  );
  const reading = (nofollow: boolean) =>
    new Batch<Copy>((paths, answered) =>
      calls.readConfigs(paths, nofollow, ([numbers, bytes]) => answered(copies(numbers, bytes))),
    );
  const [following, staying] = [reading(false), reading(true)];
  return {
    look: (path) => looks.ask(path),
    lookAtAll: (paths) =>
      new Promise((resolve) => {
        if (paths.length === 0) return resolve([]);
        calls.lookAt(paths, (numbers) => resolve(paths.map((_, index) => foundAt(numbers, index * LOOK))));
      }),
    read: (path, nofollow) => (nofollow ? staying : following).ask(path),
  };
}

function foundAt(numbers: BigInt64Array, at: number): Found {
  const entry = failureAt(numbers, at) ?? new Stats(numbers, at + 2);
  const target = failureAt(numbers, at + 1) ?? new Stats(numbers, at + 2 + STATS);
  return { entry, target: 'code' in entry ? entry : target };
}

/** To be asked for in the order of the files. */
function copies(numbers: BigInt64Array, bytes: Buffer): (index: number) => Copy {
  let end = 0;
  return (index) => {
    const at = index * COPY;
    const start = end;
    end += Number(numbers[at + 3]);
    return {
      opened: failureAt(numbers, at),
      failed: failureAt(numbers, at + 1),
      lease: LEASES[Number(numbers[at + 2])] ?? 'unsupported',
      bytes: bytes.subarray(start, end),
      before: new Stats(numbers, at + 4),
      after: new Stats(numbers, at + 4 + STATS),
    };
  };
}

function failureAt(numbers: BigInt64Array, at: number): Failure | undefined {
  const errno = Number(numbers[at]);
  if (errno === 0) return undefined;
  const [code, message] = getSystemErrorMap().get(-errno) ?? ['EIO', `error ${errno}`];
  return { code, message: `${code}: ${message}` };
}

/** Looks at its numbers when it is asked: of a config that is known already few of them count. */
class Stats implements FileStats {
  readonly #numbers: BigInt64Array;
  readonly #at: number;

  constructor(numbers: BigInt64Array, at: number) {
    this.#numbers = numbers;
    this.#at = at;
  }

  get uid(): bigint {
    return this.#number(1);
  }

  get gid(): bigint {
    return this.#number(2);
  }

  get dev(): bigint {
    return this.#number(3);
  }

  get ino(): bigint {
    return this.#number(4);
  }

  get size(): bigint {
    return this.#number(5);
  }

  get mtimeNs(): bigint {
    return this.#number(6);
  }

  get ctimeNs(): bigint {
    return this.#number(7);
  }

  isFile(): boolean {
    return this.#is(constants.S_IFREG);
  }

  isDirectory(): boolean {
    return this.#is(constants.S_IFDIR);
  }

  isSymbolicLink(): boolean {
    return this.#is(constants.S_IFLNK);
  }

  #is(kind: number): boolean {
    return (Number(this.#number(0)) & constants.S_IFMT) === kind;
  }

  #number(place: number): bigint {
    return this.#numbers[this.#at + place] ?? 0n;
  }
}
