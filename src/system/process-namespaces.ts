// Which namespaces a process is in: the inode numbers under /proc/PID/ns (namespaces(7)).
import { readlink } from 'node:fs/promises';
import { NAMESPACES } from '../config/namespaces.ts';

/** Keys are the names under /proc/PID/ns. */
export type Inodes = Readonly<
  Record<'mnt' | 'net' | 'ipc' | 'uts' | 'pid' | 'user' | 'cgroup' | 'time', number>
>;

/** Null when the process is gone or not ours to look at. */
export async function namespacesOf(pid: number): Promise<Inodes | null> {
  try {
    const inodes = await Promise.all(
      NAMESPACES.map(async ({ proc }) => {
        const link = await readlink(`/proc/${pid}/ns/${proc}`);
        return [proc, Number(/\[(\d+)\]/.exec(link)?.[1])] as const;
      }),
    );
    return Object.fromEntries(inodes) as unknown as Inodes;
  } catch {
    return null;
  }
}
