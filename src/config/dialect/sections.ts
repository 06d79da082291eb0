// The sections of a config's own file: a misspelt name must not silence the lines below it.

import { foreignSection } from '../options/foreign.ts';
import { nearest } from '../problems/nearest.ts';
import type { Problems, Span } from '../problems/problems.ts';
import type { Scanned, Section } from './lines.ts';
import { splitTarget } from './sources.ts';

/** Directives and options whose value may name a section of this very file. */
const NAMING = /^(inherit|include|vassals-(inherit|include)(-before)?)$/;

/** Reports sections that are neither ours, nor included by name, nor free (`x-…`). `hint` has the words for some names. */
export function reportStrangeSections(
  text: Scanned,
  ours: readonly string[],
  problems: Problems,
  hint: (name: string) => string | undefined,
): void {
  const others = text.sections.filter(({ name }) => !ours.includes(name) && !name.startsWith('x-'));
  if (others.length === 0) return;
  const named = new Set(
    text.entries.filter(({ key }) => NAMING.test(key)).map(({ value }) => splitTarget(value)[1]),
  );
  for (const section of others.filter(({ name }) => !named.has(name))) {
    const theirs = foreignSection(section.name.trim());
    const unknown = `unknown section [${section.name}]${theirs === undefined ? '' : `: ${theirs}`}`;
    const message = hint(section.name) ?? unknown;
    const suggestion = problems.full ? undefined : nearest(section.name.trim(), ours);
    const code = hint(section.name) === undefined ? 'unknown-section' : 'wrong-place';
    problems.error(code, message, sectionSpan(section), suggestion && `[${suggestion}]`);
  }
}

export function sectionSpan({ at, name, source }: Section): Span {
  return { at, endColumn: at.column + [...name].length + 2, source };
}
