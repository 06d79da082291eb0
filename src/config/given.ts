// Which options of a vassal were given, by which line: its file's, those of what it includes and of the daemon's config. As
// they are written, before anything is filled in; what may be a secret is left out.
import type { Given, Values } from './options/read.ts';
import { OPTION_NAMES, OPTIONS, type Option, type OptionName } from './options.ts';
import type { Origin } from './origin.ts';
import { redactLine } from './secrets.ts';

export interface GivenOption {
  readonly option: string;
  /** Undefined: not for anybody's eyes. */
  readonly text: string | undefined;
  readonly at: Origin;
}

const PLACES = new Map(OPTION_NAMES.map((name, place) => [name, place]));

/** Of an option that takes one value the last line counts. In the table's order. */
export function givenOptions(values: Values): GivenOption[] {
  const given = [...values.entries()].sort(([one], [other]) => placeOf(one) - placeOf(other));
  return given.flatMap(([name, each]) => applying(name, each));
}

function placeOf(name: OptionName): number {
  return PLACES.get(name) ?? 0;
}

function applying(name: OptionName, given: readonly Given<unknown>[]): GivenOption[] {
  const option: Option = OPTIONS[name];
  const counting = option.repeatable ? given : given.slice(-1);
  return counting.map(({ item, at }) => ({ option: name, text: shownText(name, item.entry.value), at }));
}

function shownText(name: OptionName, text: string): string | undefined {
  // Of a variable only the name.
  if (name === 'env') return text.split('=', 1)[0];
  if (text.startsWith('!')) return undefined;
  const key = `${name}=`;
  return redactLine(`${key}${text}`).text.slice(key.length);
}
