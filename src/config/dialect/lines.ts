// The line scanner: text → entries in file order, repeats kept, each with its position. The dialect is uWSGI's: whole-line
// comments only, the first `=` splits, no continuation, and quotes are part of the value (so `command` splits them itself and
// `exec:a; b` survives). The `ini` package never sees these lines: it drops repeats, cuts at `;` and strips quotes (see unquote.ts).
import type { Origin } from '../origin.ts';
import type { Problems, Span } from '../problems/problems.ts';
import { afterBlanks, beforeBlanks, codePointName, columnAt, FORBIDDEN, visible } from './text.ts';

export interface Entry {
  readonly section: string;
  /** With `-` for `_`: they are equal in keys. */
  readonly key: string;
  /** As the file has it. */
  readonly written: string;
  readonly value: string;
  /** Without `=`: right for a flag only. */
  readonly bare: boolean;
  readonly at: Origin;
  readonly valueColumn: number;
  /** The whole line. */
  readonly source: string;
  /** It holds what no line may hold, which has been told: its value is not to be used, but its key was given. */
  readonly unfit?: boolean;
  /** What its problems point at, where it is not the line that is read but what a macro makes of it. */
  readonly span?: Span;
}

export interface Section {
  readonly name: string;
  readonly at: Origin;
  readonly source: string;
}

export interface Scanned {
  readonly entries: readonly Entry[];
  readonly sections: readonly Section[];
  /** Lines of it stand in no section, which has been told. */
  readonly homeless: boolean;
}

export function normalKey(key: string): string {
  return key.replaceAll('_', '-');
}

export function scanLines(text: string, file: string, problems: Problems): Scanned {
  const entries: Entry[] = [];
  const sections: Section[] = [];
  if (text.includes('\0')) {
    problems.error('not-text', 'this is not a text file: it holds a NUL byte', {
      at: { file, line: 1, column: 1 },
    });
    return { entries, sections, homeless: true };
  }
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n');
  let current: Section | undefined;
  let homeless = false;
  let line = 0;
  for (const source of lines) {
    line++;
    const start = afterBlanks(source);
    const end = beforeBlanks(source, start);
    const first = source[start];
    if (start === end || first === ';' || first === '#') continue;
    const at: Origin = { file, line, column: columnAt(source, start) };
    const unfit = isForbidden(source, start, end, at, problems);
    if (first === '[') {
      current = unfit ? undefined : readSection(source, start, end, at, problems);
      if (current) sections.push(current);
      // What follows a bad section line has been said to be nowhere.
      else homeless = true;
      continue;
    }
    if (current) entries.push(readEntry(current.name, source, start, end, at, unfit));
    else if (!homeless && !unfit) {
      homeless = true;
      problems.error('no-section', 'this line stands before the first [section]', {
        at,
        source: visible(source),
      });
    }
  }
  return { entries, sections, homeless };
}

function isForbidden(source: string, start: number, end: number, at: Origin, problems: Problems): boolean {
  const found = source.slice(start, end).search(FORBIDDEN);
  if (found < 0) return false;
  const char = source[start + found] ?? '';
  const what = char === '\ufffd' ? 'this line is not UTF-8' : `control character ${codePointName(char)}`;
  const column = columnAt(source, start + found);
  problems.error('control-character', what, {
    at: { ...at, column },
    endColumn: column + 1,
    source: visible(source),
  });
  return true;
}

function readSection(
  source: string,
  start: number,
  end: number,
  at: Origin,
  problems: Problems,
): Section | undefined {
  if (source[end - 1] === ']' && end - start >= 2) {
    return { name: source.slice(start + 1, end - 1), at, source: visible(source) };
  }
  const closed = source.lastIndexOf(']', end);
  const span = { at, endColumn: columnAt(source, end), source: visible(source) };
  if (closed < start) problems.error('bad-section', '`]` is missing at the end of the section line', span);
  else problems.error('bad-section', 'nothing may follow `]`: comments are lines of their own', span);
  return undefined;
}

function readEntry(
  section: string,
  source: string,
  start: number,
  end: number,
  at: Origin,
  unfit: boolean,
): Entry {
  const found = source.indexOf('=', start);
  const equals = found < 0 || found >= end ? end : found;
  const from = afterBlanks(source, Math.min(equals + 1, end), end);
  const written = source.slice(start, beforeBlanks(source, start, equals));
  return {
    section,
    key: normalKey(written),
    written,
    value: source.slice(from, beforeBlanks(source, from, end)),
    bare: equals === end,
    at,
    valueColumn: columnAt(source, from),
    source: visible(source),
    unfit,
  };
}
