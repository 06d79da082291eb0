// Readers for users, groups and the ranges of id maps.

import type { HostFacts } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import type { IdRange, UserIdentity } from '../vassal-config.ts';

/** (uid_t)-1 is no id. */
const MOST_ID = 4_294_967_294;
/** What can be a name in somebody else's files. */
const NAME = /^[^\s:,]+$/;

/** What was written, and who that is on the host; undefined where nobody there has that name. */
export interface UserText {
  readonly text: string;
  readonly known: UserIdentity | undefined;
}

export interface GroupText {
  readonly text: string;
  readonly known: number | undefined;
}

/** Whether an unknown name is wrong is known when all options are: it may be one of the jail's own files. */
export function readUser(text: string, { host }: { readonly host: HostFacts }): UserText | Bad {
  const uid = readId(text);
  if (uid instanceof Bad) return uid;
  const entry = uid === undefined ? host.users.userByName(text) : host.users.userById(uid);
  if (entry) {
    const { name, gid, home, shell } = entry;
    const known = { uid: entry.uid, name, gid, home, shell };
    return { text: uid === undefined ? text : String(uid), known };
  }
  if (uid === undefined && !NAME.test(text))
    return new Bad(`unknown user \`${text}\``, { code: 'unknown-user' });
  const nobody = { name: undefined, gid: undefined, home: undefined, shell: undefined };
  return uid === undefined ? { text, known: undefined } : { text: String(uid), known: { uid, ...nobody } };
}

export function readGroup(text: string, { host }: { readonly host: HostFacts }): GroupText | Bad {
  const gid = readId(text);
  if (gid instanceof Bad) return gid;
  if (gid !== undefined) return { text: String(gid), known: gid };
  const known = host.users.groupByName(text)?.gid;
  return known !== undefined || NAME.test(text)
    ? { text, known }
    : new Bad(`unknown group \`${text}\``, { code: 'unknown-group' });
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

/** As it is written. */
export function printRange({ inside, outside, count }: IdRange): string {
  return `${inside}:${outside}:${count}`;
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
