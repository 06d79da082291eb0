// From what the user names as a source to the monitor of it.
import { resolve } from 'node:path';
import { calls } from './calls.ts';
import { directorySource } from './dir.ts';
import { globSource } from './glob.ts';
import type { Source } from './inventory.ts';
import type { Monitor } from './monitor.ts';
import type { MonitorOptions } from './options.ts';
import { hasWildcards } from './pattern.ts';
import { SourceMonitor } from './source-monitor.ts';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/s;

export function openMonitor(source: string, options: MonitorOptions): Monitor {
  return new SourceMonitor(source, sourceOf(source, options.extensions), options);
}

function sourceOf(source: string, more?: readonly string[]): Source {
  const [, scheme, path = source] = SCHEME.exec(source) ?? [];
  if (scheme === undefined) return plainSource(resolve(path), more);
  if (scheme === 'dir') return directorySource(resolve(path), more);
  if (scheme === 'glob') return globSource(resolve(path), more);
  throw new Error(`no monitor for \`${scheme}://\`: there are dir:// and glob://`);
}

/** As uWSGI: a directory if it is one, else a pattern. One without wildcards names a file, or a directory still to come. */
function plainSource(path: string, more?: readonly string[]): Source {
  let chosen: Promise<Source> | undefined;
  const choose = async () => {
    const kind = await kindOf(path);
    const isPattern = kind === 'file' || (kind === 'nothing' && hasWildcards(path));
    return isPattern ? globSource(path, more) : directorySource(path, more);
  };
  const choice = () => {
    chosen ??= choose();
    return chosen;
  };
  return {
    base: async () => (await choice()).base(),
    find: async (inventory) => (await choice()).find(inventory),
  };
}

async function kindOf(path: string): Promise<'directory' | 'file' | 'nothing'> {
  try {
    return (await calls.stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'nothing';
  }
}
