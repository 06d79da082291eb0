// Where to look out for a path: the entries that decide what it leads to. Every symbolic link on the way, the last entry, and
// when something is missing, the first entry that is.
import { dirname, join } from 'node:path';
import { calls } from './calls.ts';

/** As many as the kernel follows. */
const MOST_LINKS = 40;

export async function lookouts(path: string): Promise<string[]> {
  const found = new Set<string>();
  const rest = parts(path);
  let at = '/';
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const entry = name === '..' ? dirname(at) : join(at, name);
    const link = name === '..' ? undefined : await linkOf(entry);
    if (link !== undefined || rest.length === 0) found.add(entry);
    if (link === null) break;
    if (link === undefined) {
      at = entry;
      continue;
    }
    if (++links > MOST_LINKS) break;
    rest.unshift(...parts(link));
    if (link.startsWith('/')) at = '/';
  }
  return [...found];
}

/** Undefined: not a link; null: there is nothing. */
async function linkOf(entry: string): Promise<string | undefined | null> {
  try {
    const stats = await calls.lstat(entry);
    return stats.isSymbolicLink() ? await calls.readlink(entry) : undefined;
  } catch {
    return null;
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
