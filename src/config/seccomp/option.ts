// The option `seccomp`: which filter of system calls the command gets.
import type { Item } from '../dialect/item.ts';
import type { HostFacts } from '../host.ts';
import { CAPABILITIES, type Capability } from '../identity/capabilities.ts';
import type { Privileges } from '../identity/privileges.ts';
import type { JailSettings } from '../jail-settings.ts';
import { isNew } from '../namespaces.ts';
import type { Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import type { Problems } from '../problems/problems.ts';
import { reportBad } from '../problems/report.ts';
import { type ReadContext, readFilePath } from '../readers.ts';
import type { VassalConfig } from '../vassal-config.ts';
import { builtInProfile } from './built-in.ts';
import { readProfile } from './oci.ts';
import type { Profile } from './profile.ts';
import type { Machine } from './syscalls.ts';

const WORDS = ['none', 'default', 'strict'] as const;
export type SeccompWay = (typeof WORDS)[number] | { readonly file: string };

export interface FilterParts {
  readonly privileges: Privileges;
  readonly user: VassalConfig['user'];
  readonly jail: JailSettings;
  readonly host: HostFacts;
  /** The text of a file that an item names; undefined: not known yet. */
  readonly readFor: (item: Item, path: string) => string | Bad | undefined;
}

export function readSeccomp(text: string, context: ReadContext): SeccompWay | Bad {
  const word = WORDS.find((each) => each === text);
  if (word) return word;
  if (text.includes('/') || text.endsWith('.json')) return { file: readFilePath(text, context) };
  return new Bad(`\`${text}\` is none of ${WORDS.join(', ')}, nor a file (/PATH or NAME.json)`, {
    suggestion: nearest(text, WORDS),
  });
}

/** Undefined: every call is allowed that the kernel allows. */
export function filterOf(
  values: Values,
  parts: FilterParts,
  problems: Problems,
): Located<Profile> | undefined {
  const given = values.last('seccomp');
  if (given === undefined || given.value === 'none') return undefined;
  const { value: way, at, item } = given;
  const has = capabilitiesIn(parts);
  if (typeof way === 'string') return { value: known(way, has, () => builtInProfile(way, has)), at };
  const text = parts.readFor(item, way.file);
  if (text === undefined) return undefined;
  const whom = { machine: thisMachine(), has };
  const profile = text instanceof Bad ? text : known(text, has, () => readProfile(text, whom));
  if (!(profile instanceof Bad)) return { value: profile, at };
  const told = text instanceof Bad ? profile : new Bad(`${way.file}: ${profile.message}`);
  reportBad(problems, item.entry, told, false);
  return undefined;
}

/** Most vassals have the same few: made once, and with that compiled once. */
const KNOWN = new Map<string, Profile>();
const MOST_KNOWN = 64;

function known<P extends Profile | Bad>(
  text: string,
  has: readonly Capability[] | 'all',
  make: () => P,
): Profile | P {
  const key = `${has === 'all' ? has : has.map(({ number }) => number).join()} ${text}`;
  const present = KNOWN.get(key);
  if (present) return present;
  const made = make();
  if (made instanceof Bad) return made;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(key, made);
  return made;
}

/** There are no others: see the addon. */
export function thisMachine(): Machine {
  return process.arch === 'arm64' ? 'arm64' : 'x64';
}

/** Those that the command can come to have: a filter goes with no_new_privs, so that no exec gives more. */
function capabilitiesIn(parts: FilterParts): readonly Capability[] | 'all' {
  const { exactly, ambient } = parts.privileges;
  if (exactly && exactly.value !== 'all') return exactly.value;
  if (exactly || isRoot(parts)) return boundingSet(parts.privileges);
  return ambient?.value === 'all' ? boundingSet(parts.privileges) : (ambient?.value ?? []);
}

function boundingSet({ bounding, dropped }: Privileges): readonly Capability[] | 'all' {
  if (bounding === undefined && dropped === undefined) return 'all';
  const without = dropped?.value ?? [];
  return (bounding?.value ?? CAPABILITIES).filter((each) => !without.includes(each));
}

function isRoot({ user, jail, host }: FilterParts): boolean {
  if (user === undefined) return host.uid === 0 || isNew(jail, 'user');
  return 'uid' in user.value ? user.value.uid === 0 : ROOT.includes(user.value.inJail);
}

const ROOT: readonly string[] = ['root', '0'];
