// Reads one config from one open: what is checked is what is read, nothing can hang, and no half of a text gets through.
import type { Disk, Failure, FileStats } from './disk.ts';
import { codeOf, isAbsence, isScarcity } from './errno.ts';
import { isSameSignature } from './signature.ts';

/** Why a file is left alone for the moment. */
export type Reason = 'busy' | 'empty' | 'moving' | 'unsettled' | 'scarce';

export type Reading =
  | { readonly kind: 'text'; readonly stats: FileStats; readonly bytes: Buffer }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'wait'; readonly reason: Reason; readonly message: string }
  | { readonly kind: 'gone' };

export interface ReadOptions {
  readonly disk: Disk;
  readonly nofollow: boolean;
  /** Has the file not changed for long enough? Asked where leases are not to be had. */
  readonly isStill: (stats: FileStats) => boolean;
}

/** As addon/config_files.cc has it. */
const LARGEST = 1024 * 1024;

const WAITS: Readonly<Record<Exclude<Reason, 'scarce'>, string>> = {
  busy: 'somebody has the file open for writing: it is read when that one is done',
  empty: 'the file is empty',
  moving: 'the file keeps changing: it is read when it stands still',
  unsettled: 'the file keeps changing: it is read when it stands still',
};

export async function readConfig(path: string, { disk, nofollow, isStill }: ReadOptions): Promise<Reading> {
  const { opened, failed, before, lease, bytes, after } = await disk.read(path, nofollow);
  if (opened) return openFailure(opened);
  if (failed) return failure(failed.message);
  const unfit = unfitness(before);
  if (unfit) return failure(unfit);
  if (lease === 'busy') return wait('busy');
  if (before.size === 0n) return wait('empty');
  if (lease === 'unsupported' && !isStill(before)) return wait('unsettled');
  if (bytes.length !== Number(before.size) || !isSameSignature(before, after)) return wait('moving');
  return { kind: 'text', stats: after, bytes };
}

/** What disqualifies a file whatever is in it; undefined: nothing. */
export function unfitness(stats: FileStats): string | undefined {
  if (!stats.isFile()) return 'not a regular file';
  if (stats.size > LARGEST) return 'larger than 1 MiB';
  return undefined;
}

function openFailure(error: Failure): Reading {
  if (isAbsence(error)) return { kind: 'gone' };
  if (codeOf(error) === 'ENXIO') return failure('not a regular file');
  if (isScarcity(error)) return { kind: 'wait', reason: 'scarce', message: error.message };
  return failure(error.message);
}

function failure(message: string): Reading {
  return { kind: 'failure', message };
}

function wait(reason: Exclude<Reason, 'scarce'>): Reading {
  return { kind: 'wait', reason, message: WAITS[reason] };
}
