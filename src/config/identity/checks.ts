// What a vassal's ids cannot be: not mapped in its user namespace, or not to be had without root.

import type { HostFacts } from '../host.ts';
import type { JailSettings } from '../jail-settings.ts';
import { isNew } from '../namespaces.ts';
import type { Given, Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import type { IdRange } from '../vassal-config.ts';
import type { AskedIds } from './asked-ids.ts';
import { isMapped, printRange } from './id-values.ts';

/** `groups`: the supplementary ones that are known. */
export function checkMapped(
  values: Values,
  { uid, gid, added }: AskedIds,
  groups: readonly number[],
  { uidMap, gidMap }: JailSettings,
  problems: Problems,
): void {
  const check = (
    id: number,
    map: readonly Located<IdRange>[],
    option: string,
    given: Given<unknown> | undefined,
  ) => {
    const ranges = map.map(({ value }) => value);
    if (given === undefined || isMapped(ranges, id)) return;
    const message = `${option} ${id} is not in the ${option}-map: ${ranges.map(printRange).join(', ')}`;
    problems.error('not-mapped', message, valueSpan(given.item.entry));
  };
  if (uid && !values.isBad('uid-map')) check(uid.value.uid, uidMap, 'uid', uid);
  if (values.isBad('gid-map')) return;
  const primary = gid?.value ?? uid?.value.gid;
  if (primary !== undefined) check(primary, gidMap, 'gid', gid ?? uid);
  const lines = new Map(added.map((given) => [given.value, given]));
  for (const id of groups) if (id !== primary) check(id, gidMap, 'gid', lines.get(id) ?? uid);
}

export function checkWithoutRoot(
  { uid, gid }: AskedIds,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): void {
  const inUserNamespace = isNew(jail, 'user');
  const check = (given: Given<unknown> | undefined, id: number | undefined, kind: 'uid' | 'gid') => {
    const own = inUserNamespace ? 0 : host[kind];
    if (given === undefined || id === own) return;
    const message = inUserNamespace
      ? `without root no ${kind} but 0 is mapped into the jail: 0 there is the daemon's own ${host[kind]}`
      : `without root a vassal keeps the daemon's own ${kind}, ${host[kind]}`;
    problems.error('needs-root', message, valueSpan(given.item.entry));
  };
  check(uid, uid?.value.uid, 'uid');
  check(gid, gid?.value, 'gid');
}

/** A user other than the daemon's own must not be left with the daemon's groups. */
export function checkGroupsLeft(
  values: Values,
  { uid }: AskedIds,
  host: HostFacts,
  problems: Problems,
): void {
  const given = values.last('uid');
  if (!host.setgroupsDenied || host.uid !== 0 || given === undefined) return;
  if (uid?.value.uid === 0 || given.value.text === 'root') return;
  const message =
    "this user would keep the daemon's groups: the user namespace that the daemon is in denies setgroups(2)";
  problems.error('needs-root', message, valueSpan(given.item.entry));
}

export function checkGroups(values: Values, problems: Problems): void {
  const added = values.last('add-gid');
  if (added) problems.error('needs-root', 'groups can be added by root only', valueSpan(added.item.entry));
}
