// Collects the problems of one config: all of them at once, in the order of the lines, but never without bound.
import type { Origin } from '../origin.ts';
import type { Problem } from './problem.ts';

/** What a problem points at. */
export interface Span {
  readonly at: Origin;
  readonly endColumn?: number | undefined;
  /** The text of that line. */
  readonly source?: string | undefined;
}

/** Nobody reads more; a file of a million bad lines must not cost memory. */
const MOST = 50;
const LONGEST = 1000;

export class Problems {
  readonly #list: Problem[] = [];
  #dropped = 0;
  #failed = false;
  /** Lines that are read several times, as `FILE:LINE`. */
  #folded: Set<string> | undefined;

  /** Is there an error among them? */
  get failed(): boolean {
    return this.#failed;
  }

  /** No more is kept: what it costs to word a problem can be spared. */
  get full(): boolean {
    return this.#list.length >= MOST;
  }

  /** Has some problem asked whether `text` was meant? */
  suggested(text: string): boolean {
    return this.#list.some(({ suggestion }) => suggestion === text);
  }

  /** What is wrong with this line is to be told once, however often it is read. */
  fold({ file, line }: Origin): void {
    this.#folded ??= new Set();
    this.#folded.add(`${file}:${line}`);
  }

  error(code: string, message: string, span: Span, suggestion?: string): void {
    this.#failed = true;
    this.#add('error', code, message, span, suggestion);
  }

  warning(code: string, message: string, span: Span, suggestion?: string): void {
    this.#add('warning', code, message, span, suggestion);
  }

  #isTold(code: string, { file, line, column }: Origin): boolean {
    // Every word of a `print` is meant.
    if (code === 'print' || !this.#folded?.has(`${file}:${line}`)) return false;
    return this.#list.some(
      (each) => each.code === code && each.line === line && each.column === column && each.file === file,
    );
  }

  /** Those of `mainFile` first, then file by file, by line. */
  sorted(mainFile: string): readonly Problem[] {
    const order = (file: string) => (file === mainFile ? '' : file);
    const list = [...this.#list].sort(
      (a, b) => compare(order(a.file), order(b.file)) || a.line - b.line || a.column - b.column,
    );
    const last = list.at(-1);
    if (this.#dropped === 0 || last === undefined) return list;
    const { file, line, column } = last;
    const message = `and ${this.#dropped} more problems, not shown`;
    return [
      ...list,
      { file, line, column, severity: this.#failed ? 'error' : 'warning', code: 'too-many', message },
    ];
  }

  #add(
    severity: Problem['severity'],
    code: string,
    message: string,
    { at, endColumn, source }: Span,
    suggestion: string | undefined,
  ): void {
    if (this.#folded && this.#isTold(code, at)) return;
    if (this.full) {
      this.#dropped++;
      return;
    }
    this.#list.push({
      file: at.file,
      line: at.line,
      column: at.column,
      ...(endColumn === undefined ? {} : { endColumn }),
      severity,
      code,
      message: clipped(message),
      ...(suggestion === undefined ? {} : { suggestion: clipped(suggestion) }),
      ...(source === undefined ? {} : { source }),
    });
  }
}

/** A value of a mebibyte is not to be read in a log. */
function clipped(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
