// Problems for people (`file:line:col: error: text`, the line, a caret line) and for programs (JSON).

import { COMMAND_LINE, type Origin } from '../origin.ts';
import type { Problem } from './problem.ts';

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
  const where = placeOf(problem);
  const severity = paint(problem.severity === 'error' ? RED : YELLOW, `${problem.severity}:`);
  const head = `${paint(BOLD, `${printable(where)}:`)} ${severity} ${printable(sentence(problem))}`;
  if (problem.source === undefined || problem.file === COMMAND_LINE) return head;
  const number = String(problem.line).padStart(3);
  const { text, indent, width } = excerpt(problem, problem.source);
  const bar = paint(BLUE, '|');
  const caret = paint(GREEN, '^'.repeat(width));
  return `${head}\n${paint(BLUE, number)} ${bar} ${text}\n${' '.repeat(number.length)} ${bar} ${' '.repeat(indent)}${caret}`;
}

/** `web.ini:3:1: unknown key …; did you mean …?`, for logs. */
export function inOneLine(problem: Problem): string {
  return `${placeOf(problem)}: ${sentence(problem)}`;
}

/** `web.ini:3:1`, or the number of an argument. */
export function placeOf({ file, line, column }: Origin): string {
  return file === COMMAND_LINE ? `argument ${column}` : `${file}:${line}:${column}`;
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

/** The part of the line around the column; `indent` and `width` count cells of the terminal. A tab is shown as a blank. */
function excerpt(problem: Problem, source: string): { text: string; indent: number; width: number } {
  const points = [...source].map((point) => (point === '\t' ? ' ' : printablePoint(point)));
  const skip = points.length > AROUND && problem.column > BEFORE ? problem.column - BEFORE : 0;
  const shown = points.slice(skip, skip + AROUND);
  const from = Math.max(0, problem.column - 1 - skip);
  const to = Math.max(from, (problem.endColumn ?? problem.column + 1) - 1 - skip);
  return {
    text: shown.join(''),
    indent: cells(shown.slice(0, from)),
    width: Math.max(1, cells(shown.slice(from, to))),
  };
}

/** East Asian wide characters and emoji take two cells, combining marks none (as wcwidth(3) has it, roughly). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /[\p{Mn}\p{Me}]/u;

function cells(points: readonly string[]): number {
  return points.reduce((sum, point) => sum + (WIDE.test(point) ? 2 : COMBINING.test(point) ? 0 : 1), 0);
}

/** What came from a file shall not move the cursor. */
function printable(text: string): string {
  return [...text].map(printablePoint).join('');
}

function printablePoint(point: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(point) ? '\ufffd' : point;
}
