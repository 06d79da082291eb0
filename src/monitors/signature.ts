// What stat(2) tells of a file that changes with everything that can be done to it.
export interface Signature {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Not the stats themselves, which hold those of others. */
export function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: Signature): Signature {
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

/** Joined: V8 keeps the parts of a template beside what is made of them. */
export function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return [dev, ino].join(':');
}

/** The longest tick of a kernel's coarse clock, doubled. */
const COARSE_NS = 20_000_000n;

/** Changed so short before `nowMs` that another change could leave the very same times behind. */
export function isFresh({ ctimeNs }: Signature, nowMs: number): boolean {
  return ctimeNs > BigInt(nowMs) * 1_000_000n - COARSE_NS;
}
