// A plan for people (`tsjail plan`): the very steps the jailer gets, numbered, with the config line of each.
import { namespacesIn } from '../config/namespaces.ts';
import type { Plan, Step } from './step.ts';

const SHELL_SAFE = /^[\w@%+=:,./-]+$/;

/** `word` so that a shell would read it back. */
export function quote(word: string): string {
  return SHELL_SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function printStep(step: Step): string {
  return [step.name, ...step.args.map(quote)].join(' ');
}

export function printPlan(plan: Plan): string {
  const names = namespacesIn(plan.cloneFlags).map((ns) => ns.name);
  const lines = [`clone ${names.join(',') || '(no new namespace)'}`];
  const width = String(plan.steps.length - 1).length;
  for (const [index, step] of plan.steps.entries()) {
    const from = step.at === undefined ? '' : `    # ${step.at.file}:${step.at.line}`;
    lines.push(`${String(index).padStart(width)}  ${printStep(step)}${from}`);
  }
  return `${lines.join('\n')}\n`;
}
