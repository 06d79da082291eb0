// The newest output of one vassal, kept as blocks of text and cut into lines only when somebody asks.
import type { LogLine } from './line.ts';

/** `text` is one or more lines, each ended by a newline. */
export interface Block {
  readonly at: number;
  readonly stream: LogLine['stream'];
  readonly text: string;
}

export const MOST_LINES = 1000;
export const MOST_BYTES = 256 * 1024;

export class Ring {
  readonly #blocks: Block[] = [];
  #size = 0;

  /** A block has at least one line: as many blocks as lines are wanted are enough. */
  push(block: Block): void {
    this.#blocks.push(block);
    this.#size += block.text.length;
    while (this.#size > MOST_BYTES || this.#blocks.length > MOST_LINES)
      this.#size -= this.#blocks.shift()?.text.length ?? 0;
  }

  get blocks(): readonly Block[] {
    return [...this.#blocks];
  }

  /** The newest `count` lines (at most MOST_LINES), oldest first. */
  lines(vassal: string, count: number): LogLine[] {
    const wanted = Math.min(count, MOST_LINES);
    const newestFirst: LogLine[] = [];
    for (let index = this.#blocks.length - 1; index >= 0 && newestFirst.length < wanted; index--) {
      const block = this.#blocks[index] as Block;
      newestFirst.push(...linesOf(vassal, block).reverse());
    }
    return newestFirst.slice(0, Math.max(0, wanted)).reverse();
  }
}

export function linesOf(vassal: string, { at, stream, text }: Block): LogLine[] {
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => ({ at, vassal, stream, text: line }));
}
