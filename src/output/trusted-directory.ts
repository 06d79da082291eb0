// The directory of a log file, for a daemon that is root: nobody who may write on the way there decides where it leads. Links
// are followed only where root, or the daemon's own user, has put them.
import { close, constants, fstat, open, type Stats } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** open(2); Node has no name for it. */
const O_PATH = 0o10000000;
const PART = O_PATH | constants.O_NOFOLLOW;
const MOST_LINKS = 40;
const WRITABLE_BY_OTHERS = 0o002;
const STICKY = 0o1000;

const openFd = promisify(open);
const statFd = promisify<number, Stats>(fstat);

/** Gives a descriptor that is the caller's to close. `path` is absolute. */
export async function openDirectoryOf(path: string): Promise<number> {
  const words = wordsOf(dirname(path));
  let links = 0;
  let at = await openFd('/', PART | constants.O_DIRECTORY);
  try {
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      const next = await openFd(inDirectory(at, word), PART);
      const stat = await statFd(next);
      if (!stat.isSymbolicLink()) {
        closeFd(at);
        at = next;
        continue;
      }
      closeFd(next);
      if (!isOurs(stat) || isOpenToOthers(await statFd(at)))
        throw new Error(`${word} on the way there is a link that others may change: it is not followed`);
      if (++links > MOST_LINKS) throw new Error('too many links on the way there');
      const target = await readlink(inDirectory(at, word));
      words.unshift(...wordsOf(target));
      if (!target.startsWith('/')) continue;
      closeFd(at);
      at = await openFd('/', PART | constants.O_DIRECTORY);
    }
    return at;
  } catch (error) {
    closeFd(at);
    throw error;
  }
}

/** A path by which the kernel goes on from that descriptor. */
export function inDirectory(directory: number, name: string): string {
  return `/proc/self/fd/${directory}/${name}`;
}

/** Could somebody else have put a name there? */
export async function isOthersDirectory(directory: number): Promise<boolean> {
  const stat = await statFd(directory);
  return !isOurs(stat) || isOpenToOthers(stat);
}

export function closeFd(fd: number): void {
  close(fd, () => {});
}

function isOurs({ uid }: Pick<Stats, 'uid'>): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** In a sticky one each has his own names to himself. */
function isOpenToOthers(directory: Stats): boolean {
  const { mode } = directory;
  return !isOurs(directory) || ((mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0);
}

function wordsOf(path: string): string[] {
  return path.split('/').filter((word) => word !== '' && word !== '.');
}
