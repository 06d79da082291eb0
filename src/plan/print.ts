// A plan for people (`tsjail plan`): the very steps the jailer gets, numbered, with the config line of each.
import type { CgroupSettings } from '../config/cgroup/settings.ts';
import { namespacesIn } from '../config/namespaces.ts';
import type { Origin } from '../config/origin.ts';
import { resourceName } from '../config/resources.ts';
import { withMountWords } from './mount-words.ts';
import { printSocket } from './print-sockets.ts';
import type { Plan, Step } from './step.ts';

const SHELL_SAFE = /^[\w@%+=:,./-]+$/;
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const ESCAPED = /[\\'\x00-\x1f\x7f-\x9f]/g;
const INDENT = '      ';

/** `word` so that a shell would read it back; with control characters so that bash(1) would, and no terminal obeys them. */
export function quote(word: string): string {
  if (SHELL_SAFE.test(word)) return word;
  if (CONTROL.test(word)) return `$'${word.replace(ESCAPED, escaped)}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escaped(char: string): string {
  if (char === '\\' || char === "'") return `\\${char}`;
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Name and arguments; a resource and mount flags by their names, where the jailer gets a number. */
export function stepWords(step: Step): string[] {
  const { name } = step;
  const args = shownArguments(step);
  const [first = '', ...rest] = args;
  if (name === 'seccomp')
    return [name, first, ...rest.map((program) => `(${program.length / 16} instructions)`)];
  return name === 'rlimit' ? [name, resourceName(first), ...rest] : [name, ...withMountWords(name, args)];
}

/** A secret is one in every place where a step is shown. */
export function shownArguments({ args, hidden }: Step): readonly string[] {
  return hidden ? ['(hidden)'] : args;
}

export function printStep(step: Step): string {
  return stepWords(step).map(quote).join(' ');
}

function printOrigin(at: Origin | undefined): string {
  return at === undefined ? '' : `    # ${at.file}:${at.line}`;
}

/** Before the clone, in this order. */
function printGroups(settings: CgroupSettings | undefined): string[] {
  if (settings === undefined) return [];
  const { directories, directoryMode, options, limits } = settings;
  const mode = directoryMode.toString(8).padStart(4, '0');
  const lines = [
    ...directories.map(({ value, at }) => [`directory ${quote(value)} ${mode}`, at] as const),
    ...options.map(({ value, at }) => [`${value.file} = ${value.value}`, at] as const),
    ...limits.map(({ value, at }) => [`${value.file} = ${value.value}`, at] as const),
  ];
  return ['cgroups', ...lines.map(([text, at]) => `    ${text}${printOrigin(at)}`)];
}

function printSockets(sockets: Plan['sockets'] = []): string[] {
  const lines = sockets.map((each) => `    ${printSocket(each)}${printOrigin(each.at)}`);
  return lines.length === 0 ? [] : ['sockets', ...lines];
}

/** `environmentFrom` says in a comment whose environment it is that the plan was made with. */
export function printPlan(plan: Plan, environmentFrom: string): string {
  const names = namespacesIn(plan.cloneFlags).map((ns) => ns.name);
  const before = [...printSockets(plan.sockets), ...printGroups(plan.cgroups)];
  const lines = [...before, `clone ${names.join(',') || '(no new namespace)'}`];
  const width = String(plan.steps.length - 1).length;
  for (const [index, step] of plan.steps.entries()) {
    const [shown, environment] = step.name === 'exec' ? splitExec(step) : [step, []];
    lines.push(`${String(index).padStart(width)}  ${printStep(shown)}${printOrigin(step.at)}`);
    if (step.name === 'exec') lines.push(`${INDENT}# ${environmentFrom}`);
    lines.push(...environment.map((variable) => INDENT + printVariable(variable)));
  }
  return `${[...lines, ...printHelpers(plan)].join('\n')}\n`;
}

/** What is done beside the jail: the plans of helpers, by the names of their phases. */
export function helpersOf({ hooks, waiting = [] }: Plan): (readonly [string, readonly Step[]])[] {
  const { beforeVassal = [], asEmperor = [], postJail = [], afterVassal = [] } = hooks ?? {};
  const all = [waiting, ...beforeVassal, ...asEmperor, ...postJail, afterVassal];
  const plans = all.filter((steps) => steps.length > 0);
  return plans.map((steps) => [steps.find(({ name }) => name === 'hook-phase')?.args[0] ?? '', steps]);
}

function printHelpers(plan: Plan): string[] {
  return helpersOf(plan).flatMap(([phase, steps]) => [
    `beside the jail: ${phase}`,
    ...steps.map((step) => `    ${printStep(step)}${printOrigin(step.at)}`),
  ]);
}

/** An `exec` without its environment, and that. */
function splitExec(step: Step): [Step, readonly string[]] {
  const words = 1 + Number(step.args[0]);
  return [{ ...step, args: step.args.slice(0, words) }, step.args.slice(words)];
}

function printVariable(variable: string): string {
  const value = variable.indexOf('=') + 1;
  return variable.slice(0, value) + (value === variable.length ? '' : quote(variable.slice(value)));
}
