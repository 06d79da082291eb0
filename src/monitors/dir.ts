// A directory as a source: every config that lies in it.
import type { Level, Source } from './inventory.ts';
import { isConfigName } from './names.ts';

/** `more`: other extensions than `.ini`. */
export function directorySource(path: string, more: readonly string[] = []): Source {
  const configs: Level = { accepts: (entry) => isConfigName(entry, more), leaf: true };
  return { base: async () => path, find: (inventory) => inventory.read(path, configs, false) };
}
