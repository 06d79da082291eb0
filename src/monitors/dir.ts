// A directory as a source: every config that lies in it.
import type { Level, Source } from './inventory.ts';
import { isConfigName } from './names.ts';

const CONFIGS: Level = { accepts: isConfigName, leaf: true };

export function directorySource(path: string): Source {
  return { base: async () => path, find: (inventory) => inventory.read(path, CONFIGS, false) };
}
