// What the pattern of a `for-glob` matches, as glob(3) would find it: in order, directories with a slash at the end.
import { lstat, readdir, stat } from 'node:fs/promises';
import { compilePattern, hasWildcards } from '../monitors/pattern.ts';

export type PathsAnswer = { readonly paths: readonly string[] } | { readonly failure: string };

/** A pattern such as `/*\/*\/*` must not walk the whole disk. */
const MOST_DIRECTORIES = 1000;
const MOST_PATHS = 10_000;
const TOO_MANY = { failure: `more than ${MOST_DIRECTORIES} directories or ${MOST_PATHS} files` };

export async function matchingPaths(pattern: string): Promise<PathsAnswer> {
  const parts = pattern.split('/').filter((part) => part !== '');
  let paths = ['/'];
  let directories = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (!hasWildcards(part)) {
      const name = part.replace(/\\(.)/g, '$1');
      paths = await present(
        paths.map((path) => path + name),
        isLast,
      );
      continue;
    }
    directories += paths.length;
    if (directories > MOST_DIRECTORIES) return TOO_MANY;
    const found = await Promise.all(paths.map((path) => matchingIn(path, compilePattern(part))));
    paths = await present(found.flat(), isLast);
    if (paths.length > MOST_PATHS) return TOO_MANY;
  }
  return { paths: paths.sort() };
}

async function matchingIn(directory: string, matches: (name: string) => boolean): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter(matches)
    .slice(0, MOST_PATHS + 1)
    .map((name) => directory + name);
}

/** Those that are there, or directories where something is to follow. */
async function present(paths: readonly string[], isLast: boolean): Promise<string[]> {
  const marked = await Promise.all(
    paths.map(async (path) => {
      const target = await stat(path).catch(() => undefined);
      if (target?.isDirectory()) return `${path}/`;
      if (!isLast) return undefined;
      return target || (await lstat(path).catch(() => undefined)) ? path : undefined;
    }),
  );
  return marked.filter((path) => path !== undefined);
}
