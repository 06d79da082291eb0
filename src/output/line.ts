// One line of a vassal's output, and the way the Emperor feeds bytes in and others read lines out.
import type { LogManner } from '../config/logging.ts';
import type { LogTarget } from '../config/vassal-config.ts';
import type { BlockRecord } from './ring.ts';

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

/** One pipe: a line that begins there ends there. */
export interface OutputStream {
  /** The caller reuses `chunk` afterwards. */
  bytes(chunk: Uint8Array): void;
  /** Nothing more comes: an unfinished last line is a line too. */
  flush(): void;
  /** The unfinished line, as latin1: for somebody who goes on with that pipe. */
  rest(): string;
}

/** Since the vassal was added. */
export interface OutputCounts {
  /** What it printed, whatever became of it. */
  readonly lines: number;
  readonly bytes: number;
  /** Lines that went beyond `log-rate-limit`. */
  readonly limited: number;
  /** Lines that its file or the journal has not taken. */
  readonly unwritten: number;
}

/** All that an output has to know of its past: plain data. What waits to be written is not in it, see drained(). */
export interface OutputRecord {
  /** The newest lines. */
  readonly blocks: readonly BlockRecord[];
  readonly counts: OutputCounts;
  readonly generation: number;
}

export interface VassalOutput {
  readonly counts: OutputCounts;
  /** A pipe of the vassal's; `rest`: how a line on it has begun already. */
  stream(rest?: string): OutputStream;
  /** Undefined: more can come at once. Else who can wait is to, until it resolves: soon, whatever becomes of the log. */
  readonly room: Promise<void> | undefined;
  /** What comes from now on is of that run. */
  begin(generation: number): void;
  /** A line of tsjail's own about this vassal, and about that run of it; undefined: the one that began last. */
  note(text: string, generation?: number): void;
  /** The newest `count` lines, oldest first. */
  lines(count: number): readonly LogLine[];
  onLine(listener: (line: LogLine) => void): () => void;
  retarget(target: LogTarget, manner: LogManner): void;
  /** Opens files anew (after logrotate). */
  reopen(): void;
  /** Resolves when nothing waits to be written any more. */
  drained(): Promise<void>;
  record(): OutputRecord;
  close(): void;
}
