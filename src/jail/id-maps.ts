// Writes the id maps of a new user namespace from outside (user_namespaces(7)): one write(2) per file, all ranges at once. An
// ordinary user's sub-ids are mapped by newuidmap(1) and newgidmap(1), which have the rights for it.
import { writeFileSync } from 'node:fs';
import type { Located } from '../config/origin.ts';
import type { IdRange, MapKind } from '../config/vassal-config.ts';

export interface IdMaps {
  readonly uidMap: readonly IdRange[];
  readonly gidMap: readonly IdRange[];
  readonly denySetgroups: boolean;
  /** Those that are not ours to write. */
  readonly helpers: readonly Located<MapKind>[];
}

/** By these paths, whatever PATH is: they are trusted with a pid of ours. */
const PROGRAMS: Readonly<Record<MapKind, string>> = { uid: '/usr/bin/newuidmap', gid: '/usr/bin/newgidmap' };

/** `pid` is our own child, and nobody reaps it before this returns: the number cannot have been given to somebody else. */
export function writeIdMaps(pid: number, maps: IdMaps): void {
  if (maps.denySetgroups) writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  const helped = maps.helpers.map(({ value }) => value);
  if (!helped.includes('gid')) writeFileSync(`/proc/${pid}/gid_map`, mapText(maps.gidMap));
  if (!helped.includes('uid')) writeFileSync(`/proc/${pid}/uid_map`, mapText(maps.uidMap));
}

/** Words of the command that writes the map of one kind. */
export function mapCommand(kind: MapKind, pid: number, maps: IdMaps): readonly string[] {
  const map = kind === 'uid' ? maps.uidMap : maps.gidMap;
  const numbers = map.flatMap(({ inside, outside, count }) => [inside, outside, count]);
  return [PROGRAMS[kind], String(pid), ...numbers.map(String)];
}

function mapText(ranges: readonly IdRange[]): string {
  return ranges.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('');
}
