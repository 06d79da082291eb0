// As whom a vassal runs: user, group and supplementary groups. What is left of root's own groups must never be an accident.

import type { HostFacts } from '../host.ts';
import type { JailSettings } from '../jail-settings.ts';
import { isNew } from '../namespaces.ts';
import type { Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import { hasOwnRoot } from '../root/own-root.ts';
import type { GroupsInJail, InJail, UserIdentity } from '../vassal-config.ts';
import { type AskedIds, idsOnHost, numbersAsked } from './asked-ids.ts';
import { checkGroups, checkGroupsLeft, checkMapped, checkWithoutRoot } from './checks.ts';
import { hasSubIds, mayTakeGroups } from './id-maps.ts';
import { tenantIdentity } from './tenant-identity.ts';

export interface Identity {
  readonly user: Located<UserIdentity | InJail> | undefined;
  readonly gid: Located<number | InJail> | undefined;
  readonly groups: readonly number[] | GroupsInJail | undefined;
}

export function identityOf(
  values: Values,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): Identity {
  if (host.tenant) return tenantIdentity(host.tenant, jail);
  const inJail = hasOwnRoot(values);
  const asked = inJail ? numbersAsked(values) : idsOnHost(values, host, problems);
  const identity = inJail
    ? identityInJail(values, jail, host)
    : identityOnHost(values, asked, jail, host, problems);
  if (values.isBad('clone')) return identity;
  const added = mayTakeGroups(jail, host) ? asked.added.map(({ value }) => value) : [];
  const known = Array.isArray(identity.groups) ? identity.groups : added;
  if (!mayTakeGroups(jail, host)) checkGroups(values, problems);
  checkGroupsLeft(values, asked, host, problems);
  if (host.uid !== 0 && !hasSubIds(jail)) checkWithoutRoot(asked, jail, host, problems);
  else if (isNew(jail, 'user')) checkMapped(values, asked, known, jail, problems);
  return identity;
}

function identityOnHost(
  values: Values,
  asked: AskedIds,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): Identity {
  const user = asked.uid && { value: asked.uid.value, at: asked.uid.at };
  const gid = asked.gid
    ? { value: asked.gid.value, at: asked.gid.at }
    : groupOfUser(values, asked, jail, host, problems);
  const groups = mayTakeGroups(jail, host) ? groupsOnHost(values, asked, gid, jail, host) : undefined;
  return { user, gid, groups };
}

/** uWSGI leaves the group alone where it does not know better: that would be root's. */
function groupOfUser(
  values: Values,
  { uid: user }: AskedIds,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): Located<number> | undefined {
  if (user === undefined) return undefined;
  const { uid, gid } = user.value;
  // Ours may differ from that of /etc/passwd, and without root there is no other.
  if (host.uid !== 0 && !hasSubIds(jail))
    return uid === host.uid ? { value: host.gid, at: user.at } : undefined;
  if (gid !== undefined) return { value: gid, at: user.at };
  if (!values.isBad('gid')) {
    const message = `no user has the uid ${uid}, so its group is not known: \`gid\` must say it`;
    problems.error('missing-gid', message, valueSpan(user.item.entry));
  }
  return undefined;
}

/** Undefined: those of the daemon. In a user namespace they would be the host's, unseen but with all their rights. */
function groupsOnHost(
  values: Values,
  { uid: user, added }: AskedIds,
  gid: Located<number> | undefined,
  jail: JailSettings,
  host: HostFacts,
): readonly number[] | undefined {
  const more = added.map(({ value }) => value);
  if (!user && !gid && more.length === 0) return groupsOfNobody(jail);
  const primary = gid?.value ?? groupOfDaemon(jail, host);
  const name = values.value('no-initgroups') ? undefined : user?.value.name;
  const listed = name === undefined ? [primary] : host.users.groupsOf(name, primary);
  return [...new Set([...listed, ...more])];
}

function groupsOfNobody(jail: JailSettings): readonly number[] | undefined {
  return isNew(jail, 'user') ? [0] : undefined;
}

/** The group of a vassal that names none. */
function groupOfDaemon(jail: JailSettings, host: HostFacts): number {
  return isNew(jail, 'user') ? 0 : host.gid;
}

/** Names and numbers as they are: what they mean will be known in there. */
function identityInJail(values: Values, jail: JailSettings, host: HostFacts): Identity {
  const lookUp = (name: 'uid' | 'gid'): Located<InJail> | undefined => {
    const given = values.last(name);
    return given && { value: { inJail: given.value.text }, at: given.at };
  };
  const user = lookUp('uid');
  const gid = lookUp('gid');
  const added = values.all('add-gid').map(({ value, at }) => ({ value: value.text, at }));
  if (!mayTakeGroups(jail, host)) return { user, gid, groups: undefined };
  if (!user && !gid && added.length === 0) return { user, gid, groups: groupsOfNobody(jail) };
  const ofUser = user !== undefined && !values.value('no-initgroups');
  return { user, gid, groups: { ofUser, primary: groupOfDaemon(jail, host), added } };
}
