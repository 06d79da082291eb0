// What stat(2) tells of a file that changes with everything that can be done to it.
import type { BigIntStats } from 'node:fs';
import type { ReadSignatures } from './options.ts';

export interface Signature {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Not the stats themselves: 10 000 of those would be 6 MB. */
export function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Signature {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

const NUMBERS = 5;

/** Of regular files, in the order of `paths`; undefined: there is none. */
export async function signaturesOf(
  paths: readonly string[],
  read: ReadSignatures,
): Promise<(Signature | undefined)[]> {
  if (paths.length === 0) return [];
  const numbers = await new Promise<BigUint64Array>((resolve) => read(paths.join('\0'), resolve));
  return paths.map((_, index) => signatureIn(numbers.subarray(index * NUMBERS)));
}

function signatureIn([dev = 0n, ino = 0n, size = 0n, mtimeNs = 0n, ctimeNs = 0n]: BigUint64Array):
  | Signature
  | undefined {
  return ino === 0n ? undefined : { dev, ino, size, mtimeNs, ctimeNs };
}

export function isSameSignature(a: Signature, b: Signature): boolean {
  return (
    a.ctimeNs === b.ctimeNs &&
    a.mtimeNs === b.mtimeNs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

export function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}

/** The longest tick of a kernel's coarse clock, doubled. */
const COARSE_NS = 20_000_000n;

/** Changed so short before `nowMs` that another change could leave the very same times behind. */
export function isFresh({ ctimeNs }: Signature, nowMs: number): boolean {
  return ctimeNs > BigInt(nowMs) * 1_000_000n - COARSE_NS;
}
