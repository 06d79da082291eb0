// `tsjail check`: every problem of every file, before the daemon sees it.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scanLines } from '../config/dialect/lines.ts';
import { count } from '../config/problems/count.ts';
import { problemJson } from '../config/problems/format.ts';
import type { Problem } from '../config/problems/problem.ts';
import { Problems } from '../config/problems/problems.ts';
import type { VassalDefaults } from '../config/vassal.ts';
import { parseEmperorConfig } from '../emperor/config-file.ts';
import { hostFacts } from '../emperor/host.ts';
import type { Loaded } from '../emperor/load.ts';
import { withoutCycle } from '../emperor/members.ts';
import { obstaclesTo, obstacleToLog } from '../emperor/preflight.ts';
import { isConfigName } from '../monitors/names.ts';
import type { PlanContext } from '../plan/build.ts';
import { inheritable } from '../plan/environment.ts';
import type { Call } from './command.ts';
import { daemonConfigPath, vassalDefaults } from './daemon-config.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { loadFile } from './load-file.ts';
import { countProblems, hasErrors, printProblems } from './problems.ts';
import { asNamed, readVassalFile, type VassalFile } from './vassal-file.ts';

interface Subject {
  readonly path: string;
  /** The user named this very file. */
  readonly named: boolean;
}

export async function check(call: Call): Promise<number> {
  const { io, out } = call;
  const found = await Promise.all(call.operands.map(({ value }) => subjectsOf(value)));
  const problems: Problem[] = [];
  const checker = new Checker(call);
  for (const subject of found.flat()) {
    const all = await checker.check(subject);
    problems.push(...all.map((problem) => asNamed(problem, subject.path)));
  }
  if (call.options.json) printJson(io.out, problems.map(problemJson));
  else printProblems(io.out, problems, out);
  io.err.write(
    `tsjail: ${count(found.flat().length, 'file')}: ${countProblems(problems) || 'nothing is wrong'}\n`,
  );
  return hasErrors(problems) ? EXIT.failed : EXIT.done;
}

/** Of a directory: the files that the daemon would take. */
async function subjectsOf(path: string): Promise<Subject[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const files = entries.filter((entry) => isConfigName(entry.name) && !entry.isDirectory());
    const names = files.map(({ name }) => name).sort();
    return names.map((name) => ({ path: join(path, name), named: false }));
  } catch {
    // No directory: a file, or nothing; that will be seen when it is read.
    return [{ path, named: true }];
  }
}

class Checker {
  readonly #call: Call;
  readonly #host = hostFacts();
  /** Of the shell that asks: the daemon's own PATH may be another. */
  readonly #context: PlanContext;
  #defaults: Promise<VassalDefaults> | undefined;
  /** Whom those that were checked wait for. */
  readonly #after = new Map<string, readonly string[]>();

  constructor(call: Call) {
    this.#call = call;
    this.#context = { environment: inheritable(call.io.env), uid: this.#host.uid, terminal: false };
  }

  async check({ path, named }: Subject): Promise<readonly Problem[]> {
    const file = await readVassalFile(path);
    if ('severity' in file) return [file];
    if (named && this.#isDaemons(file)) return (await parseEmperorConfig(file, [])).problems;
    this.#defaults ??= vassalDefaults(this.#call);
    const defaults = await this.#defaults;
    const loaded = await loadFile(file, defaults, this.#host, this.#context);
    const { config, plan, problems } = this.#inOrder(file, loaded);
    if (config === undefined || plan === undefined) return problems;
    const obstacles = [...(await obstaclesTo(plan)), ...(await obstacleToLog(config))];
    return [...problems, ...obstacles.map((problem) => withSource(problem, file))];
  }

  /** Beside those that were checked before. */
  #inOrder(file: VassalFile, loaded: Loaded): Loaded {
    const { name } = file;
    const fileOf = (each: string) => (this.#after.has(each) ? each : each.replace(/:\d+$/, ''));
    const checked = withoutCycle(name, loaded, (each) => this.#after.get(each) ?? [], fileOf);
    this.#after.set(name, checked.config?.after.map(({ value }) => fileOf(value)) ?? []);
    const problems = checked.problems.map((each) => (each.code === 'cycle' ? withSource(each, file) : each));
    return { ...checked, problems };
  }

  #isDaemons({ path, text }: VassalFile): boolean {
    if (path === daemonConfigPath(this.#call.options.config)) return true;
    const sections = scanLines(text, path, new Problems()).sections.map(({ name }) => name);
    return sections.includes('emperor') && !sections.includes('vassal');
  }
}

/** Those of the parser have the line with them already. */
function withSource(problem: Problem, { path, text }: VassalFile): Problem {
  const source = problem.file === path ? text.split('\n')[problem.line - 1]?.trimEnd() : undefined;
  return source === undefined ? problem : { ...problem, source, endColumn: [...source].length + 1 };
}
