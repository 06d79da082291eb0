// From a text to an offer: parsed, checked and planned. Files that a config names are read here, off the event loop.
import { access, constants } from 'node:fs/promises';
import {
  type HostFacts,
  type ParsedVassal,
  parseVassal,
  type VassalDefaults,
  type VassalInput,
} from '../config/vassal.ts';
import { buildPlan, type PlanContext } from '../plan/build.ts';
import { type FileAnswer, readConfigFile } from '../system/config-files.ts';
import type { Offer } from './planned.ts';

export interface Loaded extends Pick<Offer, 'config' | 'plan' | 'problems'> {
  /** Other files that it was made of: a change there is a change of the vassal. */
  readonly files: readonly string[];
}

/** A file that names files that name files…: each round of reading must bring at least one new. */
const ROUNDS = 32;

/** What `host.file` of a parse is asked for is read and the parse done again, until nothing is missing. */
export async function withFiles<T extends { readonly missing: readonly string[] }>(
  parse: (file: (path: string) => FileAnswer | undefined) => T,
): Promise<T> {
  const known = new Map<string, FileAnswer>();
  for (let round = 0; ; round++) {
    const parsed = parse((path) => known.get(path));
    if (parsed.missing.length === 0 || round === ROUNDS) return parsed;
    await Promise.all(parsed.missing.map(async (path) => known.set(path, await readConfigFile(path))));
  }
}

export async function loadVassal(
  input: VassalInput,
  defaults: VassalDefaults,
  host: Omit<HostFacts, 'file'>,
  context: PlanContext,
): Promise<Loaded> {
  const executable = defaults.uwsgi?.magicExec === true && (await isExecutable(input.path));
  const whole = { ...input, executable };
  const parsed: ParsedVassal = await withFiles((file) => parseVassal(whole, defaults, { ...host, file }));
  const plan = parsed.config ? buildPlan(parsed.config, context) : undefined;
  return { config: parsed.config, plan, problems: parsed.problems, files: parsed.files };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
