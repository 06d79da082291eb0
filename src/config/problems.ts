// Collects the problems of one config: all of them at once, in the order of the lines, but never without bound.
import type { Origin } from './origin.ts';
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

export class Problems {
  readonly #list: Problem[] = [];
  #dropped = 0;
  #failed = false;

  /** Is there an error among them? */
  get failed(): boolean {
    return this.#failed;
  }

  error(code: string, message: string, span: Span, suggestion?: string): void {
    this.#failed = true;
    this.#add({
      ...problem('error', code, message, span),
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  warning(code: string, message: string, span: Span): void {
    this.#add(problem('warning', code, message, span));
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

  #add(found: Problem): void {
    if (this.#list.length < MOST) this.#list.push(found);
    else this.#dropped++;
  }
}

function problem(severity: Problem['severity'], code: string, message: string, span: Span): Problem {
  return {
    ...span.at,
    ...(span.endColumn === undefined ? {} : { endColumn: span.endColumn }),
    severity,
    code,
    message,
    ...(span.source === undefined ? {} : { source: span.source }),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
