// When the daemon calls itself ready: every vassal of the first scan has begun. Its command was exec'd, or its start has
// failed, or it waits for something that somebody else has to do; whether it is `ready` itself is its own affair.
import type { Vassal } from './vassal.ts';

export interface Beginners {
  readonly vassals: readonly Vassal[];
  /** Resolves when every text that is known has been dealt with. */
  considered(): Promise<void>;
}

/** One whose set-up hangs holds up neither the boot nor those who wait for the daemon. */
const PATIENCE_MS = 30_000;

/** Resolves with the names of those that had not begun when the patience was over. */
export async function firstStarts(
  beginners: Beginners,
  patienceMs = PATIENCE_MS,
): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([over, allBegun(beginners)]);
  clearTimeout(timer);
  return beginners.vassals.filter((vassal) => !hasBegun(vassal)).map(({ name }) => name);
}

async function allBegun(beginners: Beginners): Promise<void> {
  await beginners.considered();
  await Promise.all(beginners.vassals.map((vassal) => vassal.until(hasBegun)));
}

function hasBegun({ life, waitingFor }: Vassal): boolean {
  return life.state !== 'starting' || life.execdAt !== null || waitingFor !== null;
}
