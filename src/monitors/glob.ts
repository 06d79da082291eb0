// A pattern as a source: every config whose path matches it.
import { join } from 'node:path';
import type { Inventory, Level, Source } from './inventory.ts';
import { isConfigName } from './names.ts';
import { compilePattern, hasWildcards } from './pattern.ts';

/** `pattern` is absolute, `more` are other extensions than `.ini`. Begins at the last directory before the first wildcard; the last component is always a pattern. */
export function globSource(pattern: string, more: readonly string[] = []): Source {
  const parts = pattern.split('/').filter((part) => part !== '');
  const first = parts.findIndex((part, index) => hasWildcards(part) || index === parts.length - 1);
  const base = join('/', ...parts.slice(0, Math.max(first, 0)));
  const levels = parts
    .slice(Math.max(first, 0))
    .map((part, index, all) => level(part, index === all.length - 1, more));
  return { base: async () => base, find: (inventory) => expand(inventory, base, levels, false) };
}

function level(part: string, leaf: boolean, more: readonly string[]): Level {
  const matches = compilePattern(part);
  return { leaf, accepts: leaf ? (entry) => isConfigName(entry, more) && matches(entry) : matches };
}

/** Directories below a wildcard come and go; the one in which it all begins is missed. */
async function expand(
  inventory: Inventory,
  directory: string,
  levels: readonly Level[],
  optional: boolean,
): Promise<string[]> {
  const [own, ...deeper] = levels;
  if (own === undefined) return [];
  const paths = await inventory.read(directory, own, optional);
  if (own.leaf) return paths;
  const found = await Promise.all(paths.map((path) => expand(inventory, path, deeper, true)));
  return found.flat();
}
