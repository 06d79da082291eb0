// The command line of uWSGI as a vassal: what its own Emperor would give it, in the same order
// (uwsgi_emperor_spawn_vassal, core/emperor.c).
import { posix } from 'node:path';
import { type MagicContext, magic } from '../dialect/magic.ts';
import type { Located } from '../origin.ts';
import type { VassalDefaults } from '../vassal-defaults.ts';

export interface UwsgiFile {
  readonly name: string;
  /** Absolute; of a vassal without a file it is not. */
  readonly path: string;
  /** It is to be executed, and what it prints is the config. */
  readonly executed: boolean;
}

type Templates = Pick<VassalDefaults, 'inheritBefore' | 'includeBefore' | 'set' | 'inherit' | 'include'>;

const PLACEHOLDER = /%([A-Za-z0-9%])/g;

export function uwsgiCommand(
  program: string,
  file: UwsgiFile,
  templates: Templates,
  context: MagicContext,
): string[] {
  const words = (option: string, list: readonly Located<string>[]) =>
    list.flatMap(({ value }) => [option, withMagic(value, context)]);
  return [
    program,
    ...words('--inherit', templates.inheritBefore),
    ...words('--include', templates.includeBefore),
    ...words('--set', templates.set),
    ...fileWords(file),
    ...words('--inherit', templates.inherit),
    ...words('--include', templates.include),
  ];
}

/** It has no file: its text comes by a pipe. */
export function isFileless({ path }: Pick<UwsgiFile, 'path'>): boolean {
  return !path.startsWith('/');
}

/** By its base name, so that `%o` and `%n` are what they are under uWSGI's own Emperor. A shell would not find that. */
function fileWords(file: UwsgiFile): [string, string] {
  if (isFileless(file)) return ['--ini', `emperor://${file.name}.ini`];
  const option = file.path.endsWith('.ini') ? '--ini' : '--config';
  return [option, file.executed ? `exec://${file.path}` : posix.basename(file.path)];
}

/** What else is a placeholder is uWSGI's to resolve. */
function withMagic(template: string, context: MagicContext): string {
  return template.replace(PLACEHOLDER, (written, letter: string) => {
    const value = magic(letter, context);
    return typeof value === 'string' ? value : written;
  });
}
