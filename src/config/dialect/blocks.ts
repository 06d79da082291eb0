// The block that is open while lines are read: how often each line in it counts. As in uWSGI this is decided anew for every
// line, and blocks do not stand inside one another.
import { Bad } from '../problems/bad.ts';
import type { Problems } from '../problems/problems.ts';
import { keySpan, reportBad } from '../problems/report.ts';
import type { Entry } from './lines.ts';
import { ENDS, LOGIC, type Logic, type Rounds } from './logic.ts';

export interface Block {
  readonly entry: Entry;
  /** Undefined: it is bad, and nothing in it counts. */
  readonly logic: Logic | undefined;
  rounds(): Rounds;
  /** The block around it, which is an error. */
  readonly outer: Block | undefined;
  /** A line of it has counted. */
  taken: boolean;
  lines: number;
  /** Behind `else`. */
  otherwise: boolean;
}

const NEVER: Rounds = [];
const ONCE: Rounds = [undefined];

export class Blocks {
  readonly #problems: Problems;
  #open: Block | undefined;
  /** One of them was bad: what stood in it is not among the lines that count. */
  isBroken = false;
  /** A line of this one is being read, and what it includes. */
  #around: Block | undefined;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  get open(): Block | undefined {
    return this.#open;
  }

  /** Are lines read again that have been read before? */
  get isLooping(): boolean {
    return this.#around?.logic?.loop === true;
  }

  begin(entry: Entry, rounds: Rounds | Bad | (() => Rounds | Bad)): void {
    const around = this.#open ?? this.#around;
    if (around) {
      const { file, line } = around.entry.at;
      const where = file === entry.at.file ? `line ${line}` : `${file}:${line}`;
      const message = `blocks cannot stand inside one another: the one of ${where} is still open`;
      this.#problems.error('bad-block', message, keySpan(entry));
    }
    const first = around ? NEVER : typeof rounds === 'function' ? rounds() : rounds;
    if (first instanceof Bad) reportBad(this.#problems, entry, first, false);
    const isDead = around !== undefined || first instanceof Bad;
    if (isDead) this.isBroken = true;
    const again = () => (typeof rounds === 'function' ? rounds() : rounds);
    this.#open = {
      entry,
      logic: isDead ? undefined : LOGIC.get(entry.key),
      rounds: () => (isDead ? NEVER : orNever(again())),
      outer: this.#open,
      taken: false,
      lines: 0,
      otherwise: false,
    };
  }

  /** Deals with a line that is about blocks themselves. */
  directs(entry: Entry): boolean {
    if (ENDS.has(entry.key)) this.#end(entry);
    else if (entry.key === 'else') this.#else(entry);
    else return false;
    return true;
  }

  /** How often the next line of the open block counts. */
  next(block: Block): Rounds {
    if (block.otherwise) return block.taken || block.logic === undefined ? NEVER : ONCE;
    block.lines++;
    const rounds = block.rounds();
    if (rounds.length > 0) block.taken = true;
    return rounds;
  }

  within(block: Block, act: () => void): void {
    this.#open = undefined;
    this.#around = block;
    act();
    this.#open = block;
    this.#around = undefined;
  }

  /** Nothing that was opened since may stay so. */
  close(since: Block | undefined): void {
    for (let block = this.#open; block !== since && block; block = block.outer) {
      this.isBroken = true;
      const message = `\`${block.entry.written}\` has no end: \`${block.logic?.loop ? 'endfor' : 'endif'}\` is missing`;
      this.#problems.error('bad-block', message, keySpan(block.entry));
    }
    this.#open = since;
  }

  #end(entry: Entry): void {
    if (this.#open) this.#open = this.#open.outer;
    else this.#problems.warning('bad-block', `\`${entry.written}\` ends nothing`, keySpan(entry));
  }

  #else(entry: Entry): void {
    const block = this.#open;
    const complain = (message: string) => this.#problems.error('bad-block', message, keySpan(entry));
    if (block === undefined) return complain('`else` is in no block');
    if (block.logic?.loop) return complain(`\`${block.entry.written}\` has no \`else\``);
    if (block.otherwise) return complain('a second `else`');
    if (block.lines === 0) block.taken = block.rounds().length > 0;
    block.otherwise = true;
  }
}

function orNever(rounds: Rounds | Bad): Rounds {
  return rounds instanceof Bad ? NEVER : rounds;
}
