// One line of a vassal's output, and the way the Emperor feeds bytes in and others read lines out.
import type { LogTarget } from '../config/vassal-config.ts';

export interface LogLine {
  /** Unix seconds with fraction. */
  readonly at: number;
  /** Grows from line to line, of all vassals of a daemon and of the one that takes its place. */
  readonly seq: number;
  readonly vassal: string;
  /** `out`: the vassal's own output; `tsjail`: what tsjail says about it (set-up errors, exits). */
  readonly stream: 'out' | 'tsjail';
  /** Without newline; control characters escaped. */
  readonly text: string;
}

export interface VassalOutput {
  /** Bytes from the vassal's pipe. The caller reuses `chunk` afterwards. */
  bytes(chunk: Uint8Array): void;
  /** A line of tsjail's own about this vassal. */
  note(text: string): void;
  /** The vassal ended: an unfinished last line is a line too. */
  flush(): void;
  /** The newest `count` lines, oldest first. */
  lines(count: number): readonly LogLine[];
  onLine(listener: (line: LogLine) => void): () => void;
  retarget(target: LogTarget): void;
  /** Opens files anew (after logrotate). */
  reopen(): void;
  close(): void;
}
