// Which options of a vassal were given, by which line: its file's, those of what it includes and of the daemon's config. As
// they are written, before anything is filled in. What may be a secret is left out when it is shown, which few ever are.
import type { Values } from './options/read.ts';
import { OPTION_NAMES, OPTIONS, type Option, type OptionName } from './options.ts';
import type { Origin } from './origin.ts';
import { redactLine } from './secrets.ts';

export interface GivenOption {
  readonly option: OptionName;
  /** For nobody's eyes as it is: see shownText(). A daemon before this one may have left it out. */
  readonly text: string | undefined;
  readonly at: Origin;
}

const PLACES = new Map(OPTION_NAMES.map((name, place) => [name, place]));

/** Of an option that takes one value the last line counts. In the table's order. */
export function givenOptions(values: Values): GivenOption[] {
  const given: GivenOption[] = [];
  for (const [name, all] of values.entries()) {
    const option: Option = OPTIONS[name];
    const first = option.repeatable ? 0 : all.length - 1;
    for (const { item, at } of first === 0 ? all : all.slice(first))
      given.push({ option: name, text: item.entry.value, at });
  }
  // Kept for as long as the vassal: a copy is just as long as it need be.
  return given.sort((one, other) => placeOf(one) - placeOf(other)).slice();
}

function placeOf({ option }: GivenOption): number {
  return PLACES.get(option) ?? 0;
}

/** Undefined: it is for nobody's eyes. */
export function shownText({ option, text }: GivenOption): string | undefined {
  // Of a variable only the name.
  if (option === 'env') return text?.split('=', 1)[0];
  if (text === undefined || text.startsWith('!')) return undefined;
  const key = `${option}=`;
  return redactLine(`${key}${text}`).text.slice(key.length);
}
