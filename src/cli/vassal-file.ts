// A vassal's file as the config layer takes it.
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { errnoWords } from '../config/problems/errno.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { VassalInput } from '../config/vassal.ts';
import { readConfigFile } from '../system/config-files.ts';

export type VassalFile = VassalInput & { readonly text: string };

/** Or why there is none: as a problem, for it is one of many where a directory is checked. */
export async function readVassalFile(path: string): Promise<VassalFile | Problem> {
  const absolute = resolve(path);
  const answer = await readConfigFile(absolute);
  if ('failure' in answer) return unreadableProblem(path, answer.failure);
  return {
    name: basename(absolute, '.ini'),
    path: absolute,
    directory: dirname(absolute),
    text: answer.text,
  };
}

/** A place in it or beside it, by the path that the user gave for it. */
export function asNamed(problem: Problem, path: string): Problem {
  const absolute = resolve(path);
  if (problem.file === absolute) return { ...problem, file: path };
  const directory = `${dirname(absolute)}/`;
  if (isAbsolute(path) || !problem.file.startsWith(directory)) return problem;
  return { ...problem, file: join(dirname(path), problem.file.slice(directory.length)) };
}

export function unreadableProblem(file: string, failure: string): Problem {
  const message = `cannot read it: ${errnoWords(failure)}`;
  return { file, line: 1, column: 1, severity: 'error', code: 'unreadable', message };
}
