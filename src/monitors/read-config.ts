// Reads one config from one open: what is checked is what is read, nothing can hang, and no half of a text gets through.
import { type BigIntStats, constants } from 'node:fs';
import { calls } from './calls.ts';
import { codeOf, errnoWords, isAbsence, isScarcity } from './errno.ts';
import type { MonitorOptions } from './options.ts';
import { isSameSignature } from './signature.ts';

/** Why a file is left alone for the moment. */
export type Reason = 'busy' | 'empty' | 'moving' | 'unsettled' | 'scarce';

export type Reading =
  | { readonly kind: 'text'; readonly stats: BigIntStats; readonly bytes: Buffer }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'wait'; readonly reason: Reason; readonly message: string }
  | { readonly kind: 'gone' };

export interface ReadOptions extends Pick<MonitorOptions, 'probeLease' | 'nofollow'> {
  /** Has the file not changed for long enough? Asked where leases are not to be had. */
  readonly isStill: (stats: BigIntStats) => boolean;
}

const LARGEST = 1024 * 1024;
/** O_CLOEXEC comes from libuv. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

const WAITS: Readonly<Record<Exclude<Reason, 'scarce'>, string>> = {
  busy: 'somebody has the file open for writing: it is read when that one is done',
  empty: 'the file is empty',
  moving: 'the file keeps changing: it is read when it stands still',
  unsettled: 'the file keeps changing: it is read when it stands still',
};

export async function readConfig(path: string, options: ReadOptions): Promise<Reading> {
  let fd: number;
  try {
    fd = await calls.open(path, options.nofollow ? FLAGS | constants.O_NOFOLLOW : FLAGS);
  } catch (error) {
    return openFailure(error);
  }
  try {
    return await readOpened(fd, options);
  } catch (error) {
    return failure(errnoWords(error));
  } finally {
    // Nothing is lost if that fails, and the daemon must not be.
    await calls.close(fd).catch(() => {});
  }
}

/** What disqualifies a file whatever is in it; undefined: nothing. */
export function unfitness(stats: BigIntStats): string | undefined {
  if (!stats.isFile()) return 'not a regular file';
  if (stats.size > LARGEST) return 'larger than 1 MiB';
  return undefined;
}

async function readOpened(fd: number, options: ReadOptions): Promise<Reading> {
  const before = await calls.fstat(fd);
  const unfit = unfitness(before);
  if (unfit) return failure(unfit);
  const lease = probe(fd, options);
  if (lease === 'busy') return wait('busy');
  if (before.size === 0n) return wait('empty');
  if (lease === 'unsupported' && !options.isStill(before)) return wait('unsettled');
  const bytes = await readAll(fd, Number(before.size));
  const after = await calls.fstat(fd);
  if (bytes.length !== Number(before.size) || !isSameSignature(before, after)) return wait('moving');
  return { kind: 'text', stats: after, bytes };
}

function probe(fd: number, { probeLease }: ReadOptions): ReturnType<ReadOptions['probeLease']> {
  try {
    return probeLease(fd);
  } catch {
    return 'unsupported';
  }
}

/** Asks for one byte more than there should be, to see growth: a file that gives less than that has ended (read(2)). */
async function readAll(fd: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await calls.read(fd, buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === size) break;
  }
  return buffer.subarray(0, length);
}

function openFailure(error: unknown): Reading {
  if (isAbsence(error)) return { kind: 'gone' };
  if (codeOf(error) === 'ENXIO') return failure('not a regular file');
  if (isScarcity(error)) return { kind: 'wait', reason: 'scarce', message: errnoWords(error) };
  return failure(errnoWords(error));
}

function failure(message: string): Reading {
  return { kind: 'failure', message };
}

function wait(reason: Exclude<Reason, 'scarce'>): Reading {
  return { kind: 'wait', reason, message: WAITS[reason] };
}
