// Writes the id maps of a new user namespace from outside (user_namespaces(7)): one write(2) per file, all ranges at once.
import { writeFileSync } from 'node:fs';
import type { IdRange } from '../config/vassal-config.ts';

export interface IdMaps {
  readonly uidMap: readonly IdRange[];
  readonly gidMap: readonly IdRange[];
  readonly denySetgroups: boolean;
}

/** `pid` is our own child, and nobody reaps it before this returns: the number cannot have been given to somebody else. */
export function writeIdMaps(pid: number, maps: IdMaps): void {
  if (maps.denySetgroups) writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  writeFileSync(`/proc/${pid}/gid_map`, mapText(maps.gidMap));
  writeFileSync(`/proc/${pid}/uid_map`, mapText(maps.uidMap));
}

function mapText(ranges: readonly IdRange[]): string {
  return ranges.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}
