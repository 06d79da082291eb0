// What stat(2) tells of a file that changes with everything that can be done to it.
import type { BigIntStats } from 'node:fs';

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
