// The daemon's own config: which file it is, read together with what it includes.
import { existsSync } from 'node:fs';
import { type EmperorFlag, type ParsedEmperor, parseEmperor } from '../config/emperor.ts';
import { errnoWords } from '../config/problems/errno.ts';
import { readConfigFile } from '../system/config-files.ts';
import { DEFAULT_CONFIG } from '../system/paths.ts';
import { hostFacts } from './host.ts';
import { withFiles } from './load.ts';

/** The default file, if it is there. */
export function defaultConfig(): string | undefined {
  return existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined;
}

/** `path` undefined: flags alone. A file that cannot be read is a problem like others. */
export async function readEmperorConfig(
  path: string | undefined,
  flags: readonly EmperorFlag[],
): Promise<ParsedEmperor> {
  if (path === undefined) return parseEmperorConfig(undefined, flags);
  const answer = await readConfigFile(path);
  if ('text' in answer) return parseEmperorConfig({ path, text: answer.text }, flags);
  const message = `cannot read it: ${errnoWords(answer.failure)}`;
  const problem = { file: path, line: 1, column: 1, severity: 'error', code: 'unreadable', message } as const;
  return { config: undefined, problems: [problem], missing: [] };
}

export function parseEmperorConfig(
  input: { readonly path: string; readonly text: string } | undefined,
  flags: readonly EmperorFlag[],
): Promise<ParsedEmperor> {
  const host = hostFacts();
  return withFiles((answers) => parseEmperor(input, flags, { ...host, ...answers }));
}
