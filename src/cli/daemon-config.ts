// The daemon's own config, for the commands that need what it gives to every vassal.
import { resolve } from 'node:path';
import { NO_DEFAULTS, type VassalDefaults } from '../config/vassal.ts';
import { defaultConfig, readEmperorConfig } from '../emperor/config-file.ts';
import type { Call } from './command.ts';
import { EXIT, Failure } from './errors.ts';
import { printProblems } from './problems.ts';

/** The file that counts: the one that is named, else the default one if it is there. */
export function daemonConfigPath(named: string | undefined): string | undefined {
  return named === undefined ? defaultConfig() : resolve(named);
}

/** What a daemon here would give to its vassals. A bad config is told, and no reason to be content with less. */
export async function vassalDefaults({ options, io, err }: Call): Promise<VassalDefaults> {
  const path = daemonConfigPath(options.config);
  if (path === undefined) return NO_DEFAULTS;
  const { config, problems } = await readEmperorConfig(path, []);
  if (config) return config.vassalDefaults;
  printProblems(io.err, problems, err);
  throw new Failure(EXIT.failed, `${path}: the daemon's own config is bad`);
}
