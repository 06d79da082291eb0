// Descriptors 0–2 of a command of another user: who opens /dev/stdout opens what is behind it anew, and is asked for his rights.
import { fchownSync, readlinkSync } from 'node:fs';
import type { Ids } from '../plan/step.ts';

/** Gives them to `owner`, as far as nobody else can have them by name; files keep their owners. `isOurs`: they are a pseudo
 *  terminal that we made. Throws what fchown(2) says. */
export function giveStdio(fds: readonly number[], owner: Ids, isOurs: boolean): void {
  for (const fd of fds) if (isOurs || isPipe(fd)) fchownSync(fd, owner.uid, owner.gid);
}

function isPipe(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('pipe:[');
  } catch {
    // Closed, or there is no /proc to tell.
    return false;
  }
}
