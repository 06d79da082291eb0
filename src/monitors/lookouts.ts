// Where to look out for a path: the entries that decide what it leads to. Every symbolic link on the way, the last entry, and
// when something is missing, the first entry that is. Not a directory: its own watch tells of its end, and the one above may
// be a busy place such as /tmp.
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
    const kind = name === '..' ? 'directory' : await kindOf(entry);
    if (kind !== 'directory' && (kind !== 'other' || rest.length === 0)) found.add(entry);
    if (kind === 'nothing') break;
    if (kind === 'directory' || kind === 'other') {
      at = entry;
      continue;
    }
    if (++links > MOST_LINKS) break;
    rest.unshift(...parts(kind.target));
    if (kind.target.startsWith('/')) at = '/';
  }
  return [...found];
}

async function kindOf(
  entry: string,
): Promise<'nothing' | 'directory' | 'other' | { readonly target: string }> {
  try {
    const stats = await calls.lstat(entry);
    if (stats.isSymbolicLink()) return { target: await calls.readlink(entry) };
    return stats.isDirectory() ? 'directory' : 'other';
  } catch {
    return 'nothing';
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
