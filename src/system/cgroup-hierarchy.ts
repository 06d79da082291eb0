// Which hierarchy a directory is on (statfs(2)), and where the controllers of v1 are mounted.
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Located, Origin } from '../config/origin.ts';

/** linux/magic.h */
const TYPES: ReadonlyMap<number, 'v1' | 'v2'> = new Map([
  [0x27e0eb, 'v1'],
  [0x63677270, 'v2'],
]);

export type Hierarchy = 'v1' | 'v2';

/** Of `directory`, or of the place where it would be made. Undefined: no control group. */
export async function hierarchyOf(directory: string): Promise<Hierarchy | undefined> {
  try {
    return TYPES.get((await statfs(directory)).type);
  } catch (error) {
    const parent = dirname(directory);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === directory) throw error;
    return hierarchyOf(parent);
  }
}

/** The names of mounted v1 controllers, each with its mount point. */
export function v1Controllers(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const words = line.split(' ');
    const [type, , options] = words.slice(words.indexOf('-') + 1);
    const place = words[4];
    if (type !== 'cgroup' || place === undefined) continue;
    for (const option of options?.split(',') ?? []) if (!found.has(option)) found.set(option, place);
  }
  return found;
}

/** A directory of a config, where it is, and what is wrong with that. */
export interface Place {
  readonly path: string;
  readonly at: Origin;
  readonly hierarchy: Hierarchy | undefined;
  readonly complaint: string | undefined;
}

/** A process is in one group of each hierarchy; the clone can be into one only. */
export async function placesOf(directories: readonly Located<string>[]): Promise<Place[]> {
  const places = await Promise.all(directories.map(placeOf));
  const home = places.find(({ hierarchy }) => hierarchy === 'v2');
  return places.map((place) => {
    if (home === undefined || place === home || place.hierarchy !== 'v2') return place;
    const complaint = `a vassal is in one cgroup v2 group only, and line ${home.at.line} names ${home.path}`;
    return { ...place, complaint };
  });
}

async function placeOf({ value: path, at }: Located<string>): Promise<Place> {
  try {
    const hierarchy = await hierarchyOf(path);
    const complaint = hierarchy ? undefined : 'that is on no cgroup file system, neither v1 nor v2';
    return { path, at, hierarchy, complaint };
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return { path, at, hierarchy: undefined, complaint: code };
  }
}
