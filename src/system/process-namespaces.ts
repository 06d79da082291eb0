// Which namespaces processes are in: the inode numbers under /proc/PID/ns (namespaces(7)).
import { NAMESPACES } from '../config/namespaces.ts';
import { inParts, type ReadTexts, textsOf } from './kernel-texts.ts';

/** Keys are the names under /proc/PID/ns. */
export type Inodes = Readonly<
  Record<'mnt' | 'net' | 'ipc' | 'uts' | 'pid' | 'user' | 'cgroup' | 'time', number>
>;

/** In the order of `pids`; null for a process that is gone or not ours to look at. */
export function namespacesOf(pids: readonly number[], readLinks: ReadTexts): Promise<(Inodes | null)[]> {
  return inParts(pids, async (part) => {
    const paths = part.flatMap((pid) => NAMESPACES.map(({ proc }) => `/proc/${pid}/ns/${proc}`));
    const links = await textsOf(paths, readLinks);
    return part.map((_, index) => inodesIn(links, index * NAMESPACES.length));
  });
}

function inodesIn(links: readonly string[], at: number): Inodes | null {
  const inodes = NAMESPACES.map(({ proc }, index) => [proc, inodeIn(links[at + index] ?? '')] as const);
  if (inodes.some(([, inode]) => inode === undefined)) return null;
  return Object.fromEntries(inodes) as unknown as Inodes;
}

/** `mnt:[4026531841]` */
function inodeIn(link: string): number | undefined {
  const inode = /\[(\d+)\]$/.exec(link)?.[1];
  return inode === undefined ? undefined : Number(inode);
}
