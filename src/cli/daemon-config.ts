// The daemon's own config, for the commands that need what it gives to every vassal.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type EmperorFlag, type ParsedEmperor, parseEmperor } from '../config/emperor.ts';
import { NO_DEFAULTS, type VassalDefaults } from '../config/vassal.ts';
import { hostFacts } from '../emperor/host.ts';
import { withFiles } from '../emperor/load.ts';
import { readConfigFile } from '../system/config-files.ts';
import { DEFAULT_CONFIG } from '../system/paths.ts';
import type { Call } from './command.ts';
import { EXIT, Failure } from './errors.ts';
import { printProblems } from './problems.ts';
import { unreadable } from './unreadable.ts';

/** The file that counts: the one that is named, else the default one if it is there. */
export function daemonConfigPath(named: string | undefined): string | undefined {
  if (named !== undefined) return resolve(named);
  return existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined;
}

export async function readDaemonConfig(
  path: string | undefined,
  flags: readonly EmperorFlag[],
): Promise<ParsedEmperor> {
  if (path === undefined) return parseDaemonConfig(undefined, flags);
  const answer = await readConfigFile(path);
  if ('failure' in answer) throw new Failure(EXIT.usage, `${path}: ${unreadable(answer.failure)}`);
  return parseDaemonConfig({ path, text: answer.text }, flags);
}

export function parseDaemonConfig(
  input: { readonly path: string; readonly text: string } | undefined,
  flags: readonly EmperorFlag[],
): Promise<ParsedEmperor> {
  const host = hostFacts();
  return withFiles((file) => parseEmperor(input, flags, { ...host, file }));
}

/** What a daemon here would give to its vassals. A bad config is told, and no reason to be content with less. */
export async function vassalDefaults({ options, io, err }: Call): Promise<VassalDefaults> {
  const path = daemonConfigPath(options.config);
  if (path === undefined) return NO_DEFAULTS;
  const { config, problems } = await readDaemonConfig(path, []);
  if (config) return config.vassalDefaults;
  printProblems(io.err, problems, err);
  throw new Failure(EXIT.failed, `${path}: the daemon's own config is bad`);
}
