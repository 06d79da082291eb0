// Lines that stand in no file of the vassal's: the daemon's own config has them, or a command line.
import type { Located } from '../origin.ts';
import type { Line } from './item.ts';
import type { Entry } from './lines.ts';
import type { ConfigFile } from './magic.ts';

export function daemonsLine(entry: Entry, file: ConfigFile): Line {
  return {
    entry,
    file,
    chain: [],
    literal: false,
    use: 'option',
    inherited: false,
    found: undefined,
    whose: 'daemon',
  };
}

/** By `vassals-KEY`, which may hold placeholders of the vassal `file`. */
export function templateLine(key: string, { value, at }: Located<string>, file: ConfigFile): Line {
  const written = `vassals-${key}`;
  const place = { section: '', at, valueColumn: at.column, source: '' };
  return daemonsLine({ ...place, key, written, value, bare: false }, file);
}
