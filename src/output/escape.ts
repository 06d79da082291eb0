// Bytes that a vassal printed → text that is safe to show on a terminal and to put on a line of its own.
import { isAscii } from 'node:buffer';

/** All controls of C0 and C1 but tab and newline. C1 too: U+009B alone begins a terminal sequence. And what makes a line of
 *  its own, or shows the rest of one, its prefix too, in another order. */
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;
const UNSAFE_RUNS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+/g;
const ESCAPES = Array.from({ length: 0xa0 }, (_, code) => `\\x${code.toString(16).padStart(2, '0')}`);

/** Decodes as UTF-8, wrong bytes replaced by U+FFFD, and escapes controls. Newlines stay; CR LF becomes a newline. */
export function readable(bytes: Buffer): string {
  return escapeControls(isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8'));
}

/** `text` as one line: newlines are escaped too. */
export function oneLine(text: string): string {
  return escapeControls(text).replaceAll('\n', '\\n');
}

function escapeControls(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replaceAll('\r\n', '\n').replace(UNSAFE_RUNS, escapeRun);
}

/** By runs: one call for each of the zeros of `cat /dev/zero` would take milliseconds of every wake-up. */
function escapeRun(run: string): string {
  let escaped = '';
  for (let at = 0; at < run.length; at++) {
    const code = run.charCodeAt(at);
    escaped += ESCAPES[code] ?? `\\u${code.toString(16)}`;
  }
  return escaped;
}
