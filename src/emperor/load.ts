// From a text to an offer: parsed, checked and planned. Files that a config names are read here, off the event loop.
import { access, constants } from 'node:fs/promises';
import type { Owner, Whose } from '../config/tenant.ts';
import {
  type HostFacts,
  type ParsedVassal,
  parseVassal,
  type VassalDefaults,
  type VassalInput,
} from '../config/vassal.ts';
import { buildPlan, type PlanContext } from '../plan/build.ts';
import type { FileAnswer } from '../system/config-files.ts';
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

/** What `host.file` of a parse is asked for is read and the parse done again, until nothing is missing. */
export async function withFiles<T extends { readonly missing: readonly string[] }>(
  parse: (file: HostFacts['file']) => T,
  read: ReadFile = readWithoutPrograms,
): Promise<T> {
  const known = { daemon: new Map<string, FileAnswer>(), tenant: new Map<string, FileAnswer>() };
  for (let round = 0; ; round++) {
    const wanted = { daemon: new Set<string>(), tenant: new Set<string>() };
    const parsed = parse((path, whose) => {
      const answer = known[whose].get(path);
      if (answer === undefined) wanted[whose].add(path);
      return answer;
    });
    if (parsed.missing.length === 0 || round === ROUNDS) return parsed;
    for (const whose of ['daemon', 'tenant'] as const)
      await inTurns([...wanted[whose]], async (path) => {
        known[whose].set(path, await read(path, whose));
      });
  }
}

/** Each may be a process: a config that names a thousand files is not to be a thousand of them. */
async function inTurns(paths: readonly string[], read: (path: string) => Promise<void>): Promise<void> {
  const rest = paths.values();
  const worker = async () => {
    for (const path of rest) await read(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export async function loadVassal(
  input: VassalInput,
  defaults: VassalDefaults,
  host: Omit<HostFacts, 'file'>,
  context: PlanContext,
  read?: ReadFile,
): Promise<Loaded> {
  const executable = defaults.uwsgi?.magicExec === true && (await isExecutable(input.path));
  const whole = { ...input, executable };
  const parsed: ParsedVassal = await withFiles(
    (file) => parseVassal(whole, defaults, { ...host, file }),
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
