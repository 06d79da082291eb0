// From a text to an offer: parsed, checked and planned. What a config asks of the file system is found out here, off the event
// loop.
import { access, constants } from 'node:fs/promises';
import { type HostAnswers, NO_ANSWERS, type Question } from '../config/host.ts';
import type { Owner, Whose } from '../config/tenant.ts';
import {
  type HostFacts,
  type ParsedVassal,
  parseVassal,
  type VassalDefaults,
  type VassalInput,
} from '../config/vassal.ts';
import { buildPlan, type PlanContext } from '../plan/build.ts';
import { type FileAnswer, lookAt } from '../system/config-files.ts';
import { matchingPaths } from './matching-paths.ts';
import { readWithoutPrograms } from './on-demand-exec.ts';
import type { Offer } from './planned.ts';

export interface Loaded extends Pick<Offer, 'config' | 'plan' | 'problems'> {
  /** Other files that it was made of: a change there is a change of the vassal. */
  readonly files: readonly string[];
  /** In tyrant mode: whose file it is, as far as that is known. */
  readonly owner?: Owner | undefined;
}

/** A file that names files that name files…: each round of reading must bring at least one new. */
const ROUNDS = 32;
const AT_ONCE = 8;

/** With the rights of whoever names the file. */
export type ReadFile = (path: string, whose: Whose) => Promise<FileAnswer>;

type Answer<K extends keyof HostAnswers> = NonNullable<ReturnType<HostAnswers[K]>>;

/** What a parse asks is found out and the parse done again, until nothing is missing. */
export async function withFiles<T extends { readonly missing: readonly Question[] }>(
  parse: (answers: HostAnswers) => T,
  read: ReadFile = readWithoutPrograms,
): Promise<T> {
  const parsed = parse(NO_ANSWERS);
  return parsed.missing.length === 0 ? parsed : withAnswers(parse, parsed.missing, read);
}

async function withAnswers<T extends { readonly missing: readonly Question[] }>(
  parse: (answers: HostAnswers) => T,
  first: readonly Question[],
  read: ReadFile,
): Promise<T> {
  const file = { daemon: new Map<string, FileAnswer>(), tenant: new Map<string, FileAnswer>() };
  const look = new Map<string, Answer<'look'>>();
  const glob = new Map<string, Answer<'glob'>>();
  const answers: HostAnswers = {
    file: (path, whose) => file[whose].get(path),
    look: (path) => look.get(path),
    glob: (path) => glob.get(path),
  };
  const find = async (question: Question): Promise<unknown> => {
    const { ask, path } = question;
    if (ask === 'file') return file[question.whose].set(path, await read(path, question.whose));
    if (ask === 'look') return look.set(path, await lookAt(path));
    return glob.set(path, await matchingPaths(path));
  };
  let missing = first;
  for (let round = 1; ; round++) {
    await inTurns(missing, find);
    const parsed = parse(answers);
    if (parsed.missing.length === 0 || round === ROUNDS) return parsed;
    missing = parsed.missing;
  }
}

/** Each may be a process: a config that names a thousand files is not to be a thousand of them. */
async function inTurns(
  questions: readonly Question[],
  find: (question: Question) => Promise<unknown>,
): Promise<void> {
  const rest = questions.values();
  const worker = async () => {
    for (const question of rest) await find(question);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export async function loadVassal(
  input: VassalInput,
  defaults: VassalDefaults,
  /** Without answers. */
  host: HostFacts,
  context: PlanContext,
  read?: ReadFile,
): Promise<Loaded> {
  const asksExecutable = defaults.uwsgi?.magicExec === true;
  const whole = asksExecutable ? { ...input, executable: await isExecutable(input.path) } : input;
  const parsed: ParsedVassal = await withFiles(
    // Most ask for nothing: a copy of all that is known of the host would be for nobody.
    (answers) => parseVassal(whole, defaults, answers === NO_ANSWERS ? host : { ...host, ...answers }),
    read,
  );
  const plan = parsed.config ? buildPlan(parsed.config, context) : undefined;
  return { config: parsed.config, plan, problems: parsed.problems, files: parsed.files };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
