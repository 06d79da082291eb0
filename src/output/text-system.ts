// What of the addon looks at the text of vassals, and how it is made safe by that: a flood is to cost the loop little.
import { isUtf8 } from 'node:buffer';
import { readable } from './escape.ts';

export interface TextSystem {
  countNewlines(bytes: Uint8Array): number;
  /** Nothing in `bytes` has to be escaped, if they are UTF-8. */
  isPlain(bytes: Uint8Array): boolean;
}

const NEWLINE = 10;
const LINE_END = Buffer.from('\n');

/** Bytes that a vassal printed → whole lines that are safe to show: the same bytes where nothing has to be changed, as mostly. */
export function safeLines(system: TextSystem, bytes: Buffer): Buffer {
  const safe = system.isPlain(bytes) && isUtf8(bytes) ? bytes : Buffer.from(readable(bytes));
  return safe.at(-1) === NEWLINE ? safe : Buffer.concat([safe, LINE_END]);
}
