// Readers for users, groups and the ranges of id maps.
import { Bad } from './bad.ts';
import type { HostFacts } from './host.ts';
import { nearest } from './nearest.ts';
import type { IdRange, UserIdentity } from './vassal-config.ts';

/** (uid_t)-1 is no id. */
const MOST_ID = 4_294_967_294;

export function readUser(text: string, { host }: { readonly host: HostFacts }): UserIdentity | Bad {
  const uid = readId(text);
  if (uid instanceof Bad) return uid;
  const entry = uid === undefined ? host.users.userByName(text) : host.users.userById(uid);
  if (entry)
    return { uid: entry.uid, name: entry.name, gid: entry.gid, home: entry.home, shell: entry.shell };
  if (uid === undefined) return unknown('user', text, () => host.users.userNames());
  return { uid, name: undefined, gid: undefined, home: undefined, shell: undefined };
}

export function readGroup(text: string, { host }: { readonly host: HostFacts }): number | Bad {
  const gid = readId(text);
  if (gid !== undefined) return gid;
  return host.users.groupByName(text)?.gid ?? unknown('group', text, () => host.users.groupNames());
}

function unknown(kind: 'user' | 'group', text: string, names: () => readonly string[]): Bad {
  return new Bad(`unknown ${kind} \`${text}\``, {
    code: `unknown-${kind}`,
    guess: () => nearest(text, names()),
  });
}

/** Undefined: not a number, so a name. */
function readId(text: string): number | Bad | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const id = Number(text);
  return id >= 0 && id <= MOST_ID ? id : new Bad(`${text} is not an id: 0 to ${MOST_ID}`);
}

/** `0:100000:65536`, also with blanks, several with commas. */
export function readIdRanges(text: string): readonly IdRange[] | Bad {
  const ranges: IdRange[] = [];
  for (const match of text.matchAll(/[^,]+/g)) {
    const range = readRange(match[0].trim());
    if (range instanceof Bad)
      return new Bad(range.message, { from: match.index, to: match.index + match[0].length });
    ranges.push(range);
  }
  return ranges.length > 0 ? ranges : new Bad('no range: INSIDE:OUTSIDE:COUNT');
}

function readRange(text: string): IdRange | Bad {
  const [, inside, outside, count] = /^(\d{1,10})[: \t]+(\d{1,10})[: \t]+(\d{1,10})$/.exec(text) ?? [];
  if (count === undefined) return new Bad(`\`${text}\` is not INSIDE:OUTSIDE:COUNT, such as 0:100000:65536`);
  const range = { inside: Number(inside), outside: Number(outside), count: Number(count) };
  if (range.count === 0) return new Bad('a range of no ids');
  const last = Math.max(range.inside, range.outside) + range.count - 1;
  return last <= MOST_ID ? range : new Bad(`\`${text}\` goes beyond the last id, ${MOST_ID}`);
}

/** Do two of them share an id? The kernel refuses such a map (user_namespaces(7)). */
export function overlap(ranges: readonly IdRange[], side: 'inside' | 'outside'): boolean {
  const sorted = [...ranges].sort((a, b) => a[side] - b[side]);
  return sorted.some((range, i) => {
    const next = sorted[i + 1];
    return next !== undefined && range[side] + range.count > next[side];
  });
}

/** Is `id`, as seen inside, mapped? */
export function isMapped(ranges: readonly IdRange[], id: number): boolean {
  return ranges.some(({ inside, count }) => id >= inside && id < inside + count);
}
