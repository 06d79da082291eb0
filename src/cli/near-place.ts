// Places in files as they are told beside a vassal's name: its own file need not be named again.
import { dirname } from 'node:path';
import { hasOwnLine } from '../config/problems/problem.ts';
import type { VassalGlance } from '../emperor/view.ts';

/** `line 3`, or with the file when it is another: one beside or below the vassal's by the rest of its path. */
export function nearPlace(
  { file, line }: { readonly file: string; readonly line: number },
  source: string,
): string {
  return file === source ? `line ${line}` : `${nearFile(file, source)}:${line}`;
}

/** Of what is wrong with the text on disk; undefined: it is the vassal's own file, all of it. */
export function placeOfError({ error, source }: VassalGlance): string | undefined {
  if (error === null) return undefined;
  if (hasOwnLine(error)) return nearPlace(error, source);
  return error.file === source ? undefined : nearFile(error.file, source);
}

function nearFile(file: string, source: string): string {
  const directory = `${dirname(source)}/`;
  return file.startsWith(directory) ? file.slice(directory.length) : file;
}
