// From a text to an offer: parsed, checked and planned. Files that a config names are read here, off the event loop.
import type { HostAnswers, Question } from '../config/host.ts';
import {
  type HostFacts,
  type ParsedVassal,
  parseVassal,
  type VassalDefaults,
  type VassalInput,
} from '../config/vassal.ts';
import { buildPlan, type PlanContext } from '../plan/build.ts';
import { lookAt, readConfigFile } from '../system/config-files.ts';
import { matchingPaths } from './matching-paths.ts';
import type { Offer } from './planned.ts';

export interface Loaded extends Pick<Offer, 'config' | 'plan' | 'problems'> {
  /** Other files that it was made of: a change there is a change of the vassal. */
  readonly files: readonly string[];
}

/** A file that names files that name files…: each round of reading must bring at least one new. */
const ROUNDS = 32;

type Answer<K extends keyof HostAnswers> = NonNullable<ReturnType<HostAnswers[K]>>;
/** What a parse asks is found out and the parse done again, until nothing is missing. */
export async function withFiles<T extends { readonly missing: readonly Question[] }>(
  parse: (answers: HostAnswers) => T,
): Promise<T> {
  const file = new Map<string, Answer<'file'>>();
  const look = new Map<string, Answer<'look'>>();
  const glob = new Map<string, Answer<'glob'>>();
  const answers: HostAnswers = {
    file: (path) => file.get(path),
    look: (path) => look.get(path),
    glob: (path) => glob.get(path),
  };
  const find = async ({ ask, path }: Question): Promise<unknown> => {
    if (ask === 'file') return file.set(path, await readConfigFile(path));
    if (ask === 'look') return look.set(path, await lookAt(path));
    return glob.set(path, await matchingPaths(path));
  };
  for (let round = 0; ; round++) {
    const parsed = parse(answers);
    if (parsed.missing.length === 0 || round === ROUNDS) return parsed;
    await Promise.all(parsed.missing.map(find));
  }
}

export async function loadVassal(
  input: VassalInput,
  defaults: VassalDefaults,
  host: Omit<HostFacts, keyof HostAnswers>,
  context: PlanContext,
): Promise<Loaded> {
  const parsed: ParsedVassal = await withFiles((answers) =>
    parseVassal(input, defaults, { ...host, ...answers }),
  );
  const plan = parsed.config ? buildPlan(parsed.config, context) : undefined;
  return { config: parsed.config, plan, problems: parsed.problems, files: parsed.files };
}
