// Goes a path as the kernel would, and tells whose symbolic links it led over. By descriptors, step by step: somebody may change
// what a name is while it is looked at, but not what was opened.
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises';

export interface Walk {
  /** Owners of the links on the way, in their order; that of the last component is among them. */
  readonly links: readonly number[];
  /** What the path leads to in the end. */
  readonly target: BigIntStats;
}

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** The kernel follows 40 links (path_resolution(7)); each may bring some components. */
const MOST_STEPS = 400;

/** `path` is absolute. Rejects as lstat(2) and open(2) do. */
export async function walk(path: string): Promise<Walk> {
  const links: number[] = [];
  const rest = componentsOf(path);
  let here = await open('/', DIRECTORY);
  try {
    for (let budget = MOST_STEPS; budget > 0; budget--) {
      const at = `/proc/self/fd/${here.fd}/${rest.shift() ?? '.'}`;
      const stats = await lstat(at, { bigint: true });
      if (!stats.isSymbolicLink() && rest.length === 0) return { links, target: stats };
      if (stats.isSymbolicLink()) {
        links.push(Number(stats.uid));
        const target = await readlink(at);
        rest.unshift(...componentsOf(target));
        if (target.startsWith('/')) here = await goTo('/', here);
      } else here = await goTo(at, here);
    }
    throw new Error(`too many symbolic links: ${path}`);
  } finally {
    await here.close();
  }
}

async function goTo(path: string, from: FileHandle): Promise<FileHandle> {
  const next = await open(path, DIRECTORY);
  await from.close();
  return next;
}

function componentsOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
