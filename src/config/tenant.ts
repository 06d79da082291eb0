// Whose a value is. In tyrant mode a vassal's file belongs to a tenant, who is to have no more rights than he has anyhow; what
// the daemon's own config says is still root's. This is the one notion of it: every line, and every value, is of one of the two.
import type { HostFacts, UserEntry } from './host.ts';
import type { Located, Origin } from './origin.ts';
import type { UserIdentity } from './vassal-config.ts';

export type Whose = 'daemon' | 'tenant';

/** Who owns a vassal's file, and so is whom it runs as. */
export interface Tenant {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary ones. */
  readonly groups: readonly number[];
  /** As the host's files have him. */
  readonly entry: UserEntry | undefined;
  /** The file. */
  readonly at: Origin;
}

/** How the daemon's config wants tenants to be found. */
export interface TyrantRules {
  /** The owner of a symbolic link, not of the file that it leads to. */
  readonly nofollow: boolean;
  /** With the groups that /etc/group gives him. */
  readonly initgroups: boolean;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export function tenantOf(
  { uid, gid }: Owner,
  file: string,
  rules: TyrantRules,
  { users }: Pick<HostFacts, 'users'>,
): Tenant {
  const entry = users.userById(uid);
  const groups = rules.initgroups && entry ? users.groupsOf(entry.name, gid) : [];
  return { uid, gid, entry, groups, at: { file, line: 1, column: 1 } };
}

/** What there is to say of him to his own programs. */
export function entryOf({ uid, gid, entry }: Tenant): UserIdentity {
  return { uid, gid, name: entry?.name, home: entry?.home, shell: entry?.shell };
}

/** Undefined: he may be a tenant. */
export function unfitOwner({ uid, gid }: Owner): string | undefined {
  const whose = [...(uid === 0 ? ['user'] : []), ...(gid === 0 ? ['group'] : [])];
  if (whose.length === 0) return undefined;
  return `it belongs to root (${whose.join(' and ')}): in tyrant mode a vassal runs as the owner of its file, which cannot be root (see chown(1))`;
}

/** Names stand in lines of the daemon's, by `%n`: nothing in them may be more than a name there. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/;

export function unfitTenantName(name: string): string | undefined {
  if (NAME.test(name)) return undefined;
  return 'in tyrant mode the name of a vassal has letters, digits and `. _ - @ +` only';
}

/** The machine as he has it. */
export function asTenant(host: HostFacts): HostFacts {
  const { tenant } = host;
  if (tenant === undefined) return host;
  const { uid, gid, entry } = tenant;
  return { ...host, uid, gid, subIds: host.subIdsOf?.(uid, entry?.name) };
}

export function isTenants({ at }: { readonly at: Origin | undefined }): boolean {
  return at?.whose === 'tenant';
}

export function originFor(at: Origin, whose: Whose): Origin {
  return whose === 'tenant' ? { ...at, whose } : at;
}

/** The two shares of a list, each in its order. */
export function shares<T extends Located<unknown>>(
  list: readonly T[],
): Readonly<Record<Whose, readonly T[]>> {
  return { daemon: list.filter((each) => !isTenants(each)), tenant: list.filter(isTenants) };
}

/** What a tenant may know of the daemon's environment: where it runs, but nothing that somebody has given it. */
const KNOWN_TO_ALL = /^(PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|HOSTNAME)$/;

export function mayAsk(whose: Whose, variable: string): boolean {
  return whose === 'daemon' || KNOWN_TO_ALL.test(variable);
}

/** Magic variables that are a path of the vassal's file: a directory there may be a tenant's, or a link of his. */
export function leadsToTenant(letter: string, isOwnFile: boolean): boolean {
  return /^[vOPDC]$/.test(letter) || (isOwnFile && /^[opdc0-9]$/.test(letter));
}
