// Lines that came at one time, in the form in which they go to the ring and to the sinks: bytes, because a vassal may print
// gigabytes, and most of them are looked at by nobody.
import type { LogLine } from './line.ts';

export interface Block {
  /** Unix seconds with fraction. */
  readonly at: number;
  /** Number of its first line. */
  readonly seq: number;
  readonly stream: LogLine['stream'];
  /** `lines` of them, escaped, each ended by a newline: UTF-8. Whoever wants to keep them makes a copy: they may be gone
   *  when the call is over. */
  readonly bytes: Buffer;
  readonly lines: number;
}

export function linesOf(vassal: string, { at, seq, stream, bytes }: Block): LogLine[] {
  return bytes
    .toString('utf8', 0, bytes.length - 1)
    .split('\n')
    .map((text, index) => ({ at, seq: seq + index, vassal, stream, text }));
}
