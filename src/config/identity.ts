// As whom a vassal runs: user, group and supplementary groups. What is left of root's own groups must never be an accident.
import type { HostFacts } from './host.ts';
import { isMapped } from './id-values.ts';
import type { JailSettings } from './jail-settings.ts';
import { isNew } from './namespaces.ts';
import type { Given, Values } from './options-read.ts';
import type { Located } from './origin.ts';
import type { Problems } from './problems.ts';
import { valueSpan } from './report.ts';
import type { IdRange, UserIdentity } from './vassal-config.ts';

export interface Identity {
  readonly user: Located<UserIdentity> | undefined;
  readonly gid: Located<number> | undefined;
  readonly groups: readonly number[] | undefined;
}

export function identityOf(
  values: Values,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): Identity {
  const user = values.located('uid');
  const gid = values.located('gid') ?? groupOfUser(values, host, problems);
  const groups = host.uid === 0 ? groupsOf(values, user, gid, jail, host) : undefined;
  const identity = { user, gid, groups };
  if (values.isBad('clone')) return identity;
  if (host.uid !== 0) checkWithoutRoot(values, jail, host, problems);
  else if (isNew(jail, 'user')) checkMapped(values, identity, jail, problems);
  return identity;
}

/** uWSGI leaves the group alone where it does not know better: that would be root's. */
function groupOfUser(values: Values, host: HostFacts, problems: Problems): Located<number> | undefined {
  const user = values.last('uid');
  if (user === undefined) return undefined;
  const { uid, gid } = user.value;
  // Ours may differ from that of /etc/passwd, and without root there is no other.
  if (host.uid !== 0) return uid === host.uid ? { value: host.gid, at: user.at } : undefined;
  if (gid !== undefined) return { value: gid, at: user.at };
  if (!values.isBad('gid')) {
    const message = `no user has the uid ${uid}, so its group is not known: \`gid\` must say it`;
    problems.error('missing-gid', message, valueSpan(user.item.entry));
  }
  return undefined;
}

/** Undefined: those of the daemon. In a user namespace they would be the host's, unseen but with all their rights. */
function groupsOf(
  values: Values,
  user: Located<UserIdentity> | undefined,
  gid: Located<number> | undefined,
  jail: JailSettings,
  host: HostFacts,
): readonly number[] | undefined {
  const inUserNamespace = isNew(jail, 'user');
  const added = values.all('add-gid').map(({ value }) => value);
  if (!user && !gid && !inUserNamespace && added.length === 0) return undefined;
  const primary = gid?.value ?? (inUserNamespace ? 0 : host.gid);
  const name = values.value('no-initgroups') ? undefined : user?.value.name;
  const listed = name === undefined ? [primary] : host.users.groupsOf(name, primary);
  return [...new Set([...listed, ...added])];
}

function checkMapped(
  values: Values,
  { user, gid, groups }: Identity,
  { uidMap, gidMap }: JailSettings,
  problems: Problems,
): void {
  const uidGiven = values.last('uid');
  const gidGiven = values.last('gid') ?? uidGiven;
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
  if (user && !values.isBad('uid-map')) check(user.value.uid, uidMap, 'uid', uidGiven);
  if (values.isBad('gid-map')) return;
  if (gid) check(gid.value, gidMap, 'gid', gidGiven);
  const added = new Map(values.all('add-gid').map((given) => [given.value, given]));
  for (const id of groups ?? []) if (id !== gid?.value) check(id, gidMap, 'gid', added.get(id) ?? uidGiven);
}

function printRange({ inside, outside, count }: IdRange): string {
  return `${inside}:${outside}:${count}`;
}

function checkWithoutRoot(values: Values, jail: JailSettings, host: HostFacts, problems: Problems): void {
  const inUserNamespace = isNew(jail, 'user');
  const check = (given: Given<unknown> | undefined, id: number | undefined, kind: 'uid' | 'gid') => {
    const own = inUserNamespace ? 0 : host[kind];
    if (given === undefined || id === own) return;
    const message = inUserNamespace
      ? `without root no ${kind} but 0 is mapped into the jail: 0 there is the daemon's own ${host[kind]}`
      : `without root a vassal keeps the daemon's own ${kind}, ${host[kind]}`;
    problems.error('needs-root', message, valueSpan(given.item.entry));
  };
  const uid = values.last('uid');
  const gid = values.last('gid');
  check(uid, uid?.value.uid, 'uid');
  check(gid, gid?.value, 'gid');
  const added = values.last('add-gid');
  if (added) problems.error('needs-root', 'groups can be added by root only', valueSpan(added.item.entry));
}
