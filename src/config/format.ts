// Problems for people (`file:line:col: error: text`, the line, a caret line) and for programs (JSON).
import type { Problem } from './problem.ts';
import { COMMAND_LINE } from './sources.ts';

export interface FormatOptions {
  readonly color: boolean;
}

export interface ProblemJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly suggestion: string | null;
}

const BOLD = '1';
const RED = '1;31';
const YELLOW = '1;33';
const BLUE = '1;34';
const GREEN = '1;32';
/** Code points of a long line that are shown before and after the column. */
const BEFORE = 60;
const AROUND = 120;

/** Without a newline at the end. */
export function formatProblem(problem: Problem, { color }: FormatOptions): string {
  const paint = (code: string, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const where =
    problem.file === COMMAND_LINE
      ? `argument ${problem.column}`
      : `${problem.file}:${problem.line}:${problem.column}`;
  const severity = paint(problem.severity === 'error' ? RED : YELLOW, `${problem.severity}:`);
  const head = `${paint(BOLD, `${printable(where)}:`)} ${severity} ${printable(sentence(problem))}`;
  if (problem.source === undefined || problem.file === COMMAND_LINE) return head;
  const number = String(problem.line).padStart(3);
  const { text, column, width } = excerpt(problem, problem.source);
  const bar = paint(BLUE, '|');
  const caret = paint(GREEN, '^'.repeat(width));
  return `${head}\n${paint(BLUE, number)} ${bar} ${text}\n${' '.repeat(number.length)} ${bar} ${' '.repeat(column - 1)}${caret}`;
}

/** The message with its suggestion, in one line. */
export function sentence({ message, suggestion }: Pick<Problem, 'message' | 'suggestion'>): string {
  return suggestion === undefined ? message : `${message}; did you mean \`${suggestion}\`?`;
}

export function problemJson(problem: Problem): ProblemJson {
  const { file, line, column, severity, code, message } = problem;
  return {
    file,
    line,
    column,
    endColumn: problem.endColumn ?? column + 1,
    severity,
    code,
    message,
    suggestion: problem.suggestion ?? null,
  };
}

/** The part of the line around the column. Every code point takes one cell there: a tab is shown as a blank. */
function excerpt(problem: Problem, source: string): { text: string; column: number; width: number } {
  const points = [...source].map((point) => (point === '\t' ? ' ' : printablePoint(point)));
  const skip = points.length > AROUND && problem.column > BEFORE ? problem.column - BEFORE : 0;
  const shown = points.slice(skip, skip + AROUND);
  const column = Math.max(1, Math.min(problem.column - skip, shown.length + 1));
  const width = Math.min(
    (problem.endColumn ?? problem.column + 1) - problem.column,
    shown.length - column + 1,
  );
  return { text: shown.join(''), column, width: Math.max(1, width) };
}

/** What came from a file shall not move the cursor. */
function printable(text: string): string {
  return [...text].map(printablePoint).join('');
}

function printablePoint(point: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(point) ? '\ufffd' : point;
}
