// What a vassal is told, in the order of uWSGI: the command line of a vassal first, then what it inherits; ours is said last.
import { type Flag, flagEntry } from './dialect/flags.ts';
import type { Sources } from './dialect/sources.ts';
import type { VassalDefaults } from './vassal-defaults.ts';

type Given = Pick<VassalDefaults, 'inheritBefore' | 'includeBefore' | 'set' | 'inherit' | 'include'>;

/** `sections`: those of the vassal's own file. `flags`: those of `tsjail run`. */
export function gather(
  sources: Sources,
  sections: readonly string[],
  given: Given,
  flags: readonly Flag[] = [],
): void {
  sources.inherit(given.inheritBefore);
  sources.include(given.includeBefore);
  sources.set(given.set);
  sources.main(sections);
  sources.inherit(given.inherit);
  sources.include(given.include);
  sources.finish();
  sources.words(flags.map(flagEntry));
  sources.finish();
}
