// Config and plan of one vassal for the control centre: with their lines, and without what is nobody's business.
import { placeOf } from '../../config/problems/format.ts';
import type { Problem } from '../../config/problems/problem.ts';
import { masked, redactLine, redactText } from '../../config/secrets.ts';
import { helpersOf, quote, stepWords } from '../../plan/print.ts';
import { printSocket } from '../../plan/print-sockets.ts';
import type { Plan, Step } from '../../plan/step.ts';

export interface ConfigPage {
  readonly file: string;
  readonly lines: readonly string[];
  /** So many lines more are not shown. */
  readonly more: number;
  readonly problems: readonly ShownProblem[];
}

export interface ShownProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** `web.ini:3:1`. */
  readonly place: string;
  readonly message: string;
  readonly suggestion: string | null;
  readonly source: string | null;
}

export interface PlanPage {
  readonly name: string;
  readonly sockets: readonly ShownStep[];
  readonly steps: readonly ShownStep[];
  readonly helpers: readonly { readonly phase: string; readonly steps: readonly ShownStep[] }[];
}

export interface ShownStep {
  readonly text: string;
  readonly file: string | null;
  readonly line: number | null;
  /** Names of the variables that it sets, whose values are not shown. */
  readonly variables?: readonly string[];
}

const MOST_LINES = 2000;
const LONGEST = 2000;

export function configPage(
  file: string,
  text: string,
  problems: readonly Problem[],
  secrets: readonly string[],
): ConfigPage {
  const lines = text.replace(/\n$/, '').split('\n');
  return {
    file,
    lines: lines.slice(0, MOST_LINES).map((line) => shown(line, secrets)),
    more: Math.max(0, lines.length - MOST_LINES),
    problems: problems.map((problem) => shownProblem(problem, secrets)),
  };
}

export function shownProblem(problem: Problem, secrets: readonly string[]): ShownProblem {
  const { file, line, column, severity, code, message, suggestion, source } = problem;
  return {
    file,
    line,
    column,
    endColumn: problem.endColumn ?? column + 1,
    severity,
    code,
    place: placeOf(problem),
    message: masked(message, secrets),
    suggestion: suggestion === undefined ? null : masked(suggestion, secrets),
    source: source === undefined ? null : shown(source, secrets),
  };
}

function shown(line: string, secrets: readonly string[]): string {
  return masked(redactLine(line.slice(0, LONGEST)).text, secrets);
}

export function planPage(plan: Plan, secrets: readonly string[]): PlanPage {
  const hide = (text: string) => masked(redactText(text).text, secrets);
  const steps = (all: readonly Step[]) => all.map((step) => shownStep(step, hide));
  return {
    name: plan.name,
    sockets: (plan.sockets ?? []).map((each) => ({
      text: hide(printSocket(each)),
      file: each.at.file,
      line: each.at.line,
    })),
    steps: steps(plan.steps),
    helpers: helpersOf(plan).map(([phase, all]) => ({ phase, steps: steps(all) })),
  };
}

function shownStep(step: Step, hide: (text: string) => string): ShownStep {
  const from = VARIABLES_FROM[step.name]?.(step.args);
  const place = { file: step.at?.file ?? null, line: step.at?.line ?? null };
  if (from === undefined || step.hidden)
    return { text: hide(stepWords(step).map(quote).join(' ')), ...place };
  const words = [step.name, ...step.args.slice(0, from)];
  const variables = step.args.slice(from).map((each) => each.slice(0, Math.max(0, each.indexOf('='))));
  return { text: hide(words.map(quote).join(' ')), ...place, variables };
}

/** Steps whose arguments are variables, from so many on. */
const VARIABLES_FROM: Readonly<Partial<Record<Step['name'], (args: readonly string[]) => number>>> = {
  exec: (args) => 1 + Number(args[0]),
  'hook-putenv': () => 0,
  'hook-environment': () => 0,
};
