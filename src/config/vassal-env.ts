// The variables that `env` and `env-file` set, in the order of their lines: the later one wins.

import { readEnvFile } from './dialect/env-file.ts';
import type { Sources } from './dialect/sources.ts';
import type { Values } from './options/read.ts';
import type { Located } from './origin.ts';
import { Bad } from './problems/bad.ts';
import type { Problems } from './problems/problems.ts';
import { reportBad } from './problems/report.ts';

const NO_VARIABLES: ReadonlyMap<string, Located<string>> = new Map();

export function environmentOf(
  values: Values,
  sources: Sources,
  problems: Problems,
): ReadonlyMap<string, Located<string>> {
  const lines = [...values.all('env'), ...values.all('env-file')].sort((a, b) => a.index - b.index);
  if (lines.length === 0) return NO_VARIABLES;
  const env = new Map<string, Located<string>>();
  for (const { value, at, item } of lines) {
    if (typeof value !== 'string') {
      env.set(value.name, { value: value.value, at });
      continue;
    }
    const text = sources.readFor(item, value);
    if (text instanceof Bad) reportBad(problems, item.entry, text, false);
    else for (const [name, variable] of readEnvFile(text ?? '', value, problems)) env.set(name, variable);
  }
  return env;
}
