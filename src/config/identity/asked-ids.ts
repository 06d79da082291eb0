// The users and groups that a config names, as far as it can be known before the jail is there: by the host's files, or
// numbers alone where the jail has a root of its own.
import type { HostFacts } from '../host.ts';
import type { Given, Values } from '../options/read.ts';
import { nearest } from '../problems/nearest.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import type { UserIdentity } from '../vassal-config.ts';

export interface AskedIds {
  readonly uid: Given<UserIdentity> | undefined;
  readonly gid: Given<number> | undefined;
  readonly added: readonly Given<number>[];
}

export function idsOnHost(values: Values, { users }: HostFacts, problems: Problems): AskedIds {
  const known = <Known>(
    name: 'uid' | 'gid' | 'add-gid',
    kind: 'user' | 'group',
    given: Given<{ readonly text: string; readonly known: Known | undefined }>,
  ): Given<Known>[] => {
    const { text, known: value } = given.value;
    if (value !== undefined) return [{ ...given, value }];
    const names = () => (kind === 'user' ? users.userNames() : users.groupNames());
    const suggestion = problems.full ? undefined : nearest(text, names());
    problems.error(`unknown-${kind}`, `unknown ${kind} \`${text}\``, valueSpan(given.item.entry), suggestion);
    values.spoil(name);
    return [];
  };
  const uid = values.last('uid');
  const gid = values.last('gid');
  return {
    uid: uid && known('uid', 'user', uid)[0],
    gid: gid && known('gid', 'group', gid)[0],
    added: values.all('add-gid').flatMap((given) => known('add-gid', 'group', given)),
  };
}

/** What the jail's files say of a number is no business of its checks. */
export function numbersAsked(values: Values): AskedIds {
  const uid = values.last('uid');
  const gid = values.last('gid');
  const nobody = { name: undefined, gid: undefined, home: undefined, shell: undefined };
  const number = uid && numberIn(uid.value.text);
  return {
    uid: uid && number !== undefined ? { ...uid, value: { uid: number, ...nobody } } : undefined,
    gid: gid && numbered(gid)[0],
    added: values.all('add-gid').flatMap(numbered),
  };
}

function numbered(given: Given<{ readonly text: string }>): Given<number>[] {
  const value = numberIn(given.value.text);
  return value === undefined ? [] : [{ ...given, value }];
}

/** Undefined: a name. */
export function numberIn(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
