// The one table of namespaces: names and aliases of uWSGI (reference: "Jailing your apps using Linux Namespaces"),
// clone flags of clone(2), and names under /proc/PID/ns.

import { PHASES, type Phase } from './hooks/phases.ts';
import type { Located } from './origin.ts';

export type NamespaceName = 'fs' | 'net' | 'ipc' | 'uts' | 'pid' | 'user' | 'cgroup' | 'time';

export interface Namespace {
  readonly name: NamespaceName;
  readonly aliases: readonly string[];
  readonly flag: number;
  readonly proc: string;
}

export const NAMESPACES: readonly Namespace[] = [
  { name: 'fs', aliases: ['ns', 'mount', 'mnt'], flag: 0x0002_0000, proc: 'mnt' },
  { name: 'net', aliases: [], flag: 0x4000_0000, proc: 'net' },
  { name: 'ipc', aliases: [], flag: 0x0800_0000, proc: 'ipc' },
  { name: 'uts', aliases: [], flag: 0x0400_0000, proc: 'uts' },
  { name: 'pid', aliases: [], flag: 0x2000_0000, proc: 'pid' },
  { name: 'user', aliases: [], flag: 0x1000_0000, proc: 'user' },
  { name: 'cgroup', aliases: [], flag: 0x0200_0000, proc: 'cgroup' },
  { name: 'time', aliases: [], flag: 0x0000_0080, proc: 'time' },
];

/** The namespace that `word` names, by name or alias. */
export function namespaceOf(word: string): Namespace | undefined {
  return NAMESPACES.find((ns) => ns.name === word || ns.aliases.includes(word));
}

/** What uWSGI takes besides: to share these with the parent (clone(2)), or to stop it. No program shares any of it with
 *  whoever started it once it is exec'd, so there is nothing to do. */
export const WITHOUT_EFFECT: readonly string[] = ['files', 'io', 'parent', 'sysvsem'];

/** The namespaces whose flag is set in `flags`. */
export function namespacesIn(flags: number): Namespace[] {
  return NAMESPACES.filter((ns) => (flags & ns.flag) !== 0);
}

/** What several lines ask for together; a line `none` (undefined) takes back those before it. Undefined: no line. */
export function joined(
  lines: readonly Located<readonly NamespaceName[] | undefined>[],
): Located<ReadonlySet<NamespaceName>> | undefined {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const names = new Set<NamespaceName>();
  for (const { value } of lines) {
    if (value === undefined) names.clear();
    for (const name of value ?? []) names.add(name);
  }
  return { value: shared(names), at: last.at };
}

/** Most vassals ask for the same few. */
const SETS = new Map<string, ReadonlySet<NamespaceName>>();

function shared(names: ReadonlySet<NamespaceName>): ReadonlySet<NamespaceName> {
  const key = [...names].join();
  const known = SETS.get(key) ?? names;
  SETS.set(key, known);
  return known;
}

/** The new namespaces of a vassal, by the moment when they are made. */
export interface NamespaceSets {
  /** From the clone of its first process on. */
  readonly namespaces: Located<ReadonlySet<NamespaceName>>;
  /** After the pre-jail hooks. */
  readonly unshare: Located<ReadonlySet<NamespaceName>> | undefined;
  /** After the root file system. */
  readonly unshare2: Located<ReadonlySet<NamespaceName>> | undefined;
}

/** Those that are there when the hooks of `phase` are done. */
export function newBy({ namespaces, unshare, unshare2 }: NamespaceSets, phase: Phase): Set<NamespaceName> {
  const place = PHASES.indexOf(phase);
  return new Set([
    ...namespaces.value,
    ...(place >= PHASES.indexOf('post-jail') ? (unshare?.value ?? []) : []),
    ...(place >= PHASES.indexOf('in-jail') ? (unshare2?.value ?? []) : []),
  ]);
}

export function isNew({ namespaces, unshare, unshare2 }: NamespaceSets, name: NamespaceName): boolean {
  return namespaces.value.has(name) || has(unshare, name) || has(unshare2, name);
}

function has(set: NamespaceSets['unshare'], name: NamespaceName): boolean {
  return set?.value.has(name) === true;
}

/** Is a new pid namespace there, and this process in it, when the root is made? Root of a user namespace that came later
 *  than the pid namespace may not mount its /proc. */
export function isInNewPid({ namespaces, unshare, refork }: NamespaceSets & ReforkedEarly): boolean {
  const isCloned = namespaces.value.has('pid') && !unshare?.value.has('user');
  return isCloned || (unshare?.value.has('pid') === true && refork.postJail !== undefined);
}

interface ReforkedEarly {
  readonly refork: { readonly postJail: unknown };
}

/** The option that makes a user namespace after the last new `name`, whose root then has no say over that one
 *  (user_namespaces(7)). */
export function userAfter(sets: NamespaceSets, name: NamespaceName): 'unshare' | 'unshare2' | undefined {
  const options = ['unshare2', 'unshare'] as const;
  for (const option of options) {
    if (sets[option]?.value.has(name)) return undefined;
    if (sets[option]?.value.has('user')) return option;
  }
  return undefined;
}

/** Those that are there when the root is made. */
export function beforeRoot({ namespaces, unshare }: NamespaceSets): NamespaceSets {
  return { namespaces, unshare, unshare2: undefined };
}
