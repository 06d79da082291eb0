// Does the vassal get a root of its own? Then names of users and groups mean what the files in there say.

import type { Values } from '../options/read.ts';
import { OPTION_NAMES, type OptionName } from '../options.ts';

const KEYS: readonly string[] = ['namespace', 'pivot-root', 'chroot'];
const OWN_ROOT: readonly OptionName[] = OPTION_NAMES.filter((name) => KEYS.includes(name));

export function hasOwnRoot(values: Values): boolean {
  return OWN_ROOT.some((name) => values.last(name) !== undefined || values.isBad(name));
}
