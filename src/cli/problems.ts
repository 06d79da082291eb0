// Problems of configs on a terminal or in a file, for all commands that read configs.
import { count } from '../config/problems/count.ts';
import { formatProblem } from '../config/problems/format.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { Output } from './io.ts';
import type { Style } from './style.ts';

export function printProblems(output: Output, problems: readonly Problem[], { color }: Style): void {
  for (const problem of problems) output.write(`${formatProblem(problem, { color })}\n`);
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** `2 errors, 1 warning`; empty: there are none. */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const counts = [errors > 0 && count(errors, 'error'), warnings > 0 && count(warnings, 'warning')];
  return counts.filter(Boolean).join(', ');
}
