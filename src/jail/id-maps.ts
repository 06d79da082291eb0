// Writes the id maps of a new user namespace from outside (user_namespaces(7)): one write(2) per file, all ranges at once.
import { writeFile } from 'node:fs/promises';
import type { IdRange } from '../config/vassal-config.ts';

export interface IdMaps {
  readonly uidMap: readonly IdRange[];
  readonly gidMap: readonly IdRange[];
  readonly denySetgroups: boolean;
}

/** `pid` is our own unreaped child: the number cannot have been given to somebody else. */
export async function writeIdMaps(pid: number, maps: IdMaps): Promise<void> {
  if (maps.denySetgroups) await writeFile(`/proc/${pid}/setgroups`, 'deny');
  await writeFile(`/proc/${pid}/gid_map`, mapText(maps.gidMap));
  await writeFile(`/proc/${pid}/uid_map`, mapText(maps.uidMap));
}

function mapText(ranges: readonly IdRange[]): string {
  return ranges.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}
