// What a vassal may be called. The name becomes part of cgroup, socket and log file names, and is shown on terminals.
import { FORBIDDEN } from './dialect/text.ts';

const MOST_BYTES = 200;

/** What is wrong with `name`; undefined: nothing. */
export function validVassalName(name: string): string | undefined {
  if (name === '') return 'a vassal needs a name';
  if (name.startsWith('.')) return 'the name of a vassal does not begin with a dot';
  if (name.includes('/')) return 'the name of a vassal holds no `/`';
  if (name.includes('\t') || FORBIDDEN.test(name)) return 'the name of a vassal holds no control characters';
  if (Buffer.byteLength(name) > MOST_BYTES) return `the name of a vassal has at most ${MOST_BYTES} bytes`;
  return undefined;
}
