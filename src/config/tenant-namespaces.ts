// Which namespaces a tenant's vassal gets: those that the daemon's config asks for are made by root, and a tenant's own as any
// user makes them, which is with a user namespace. He can add to the former, not take away.
import { joined, type NamespaceName, type NamespaceSets } from './namespaces.ts';
import type { Values } from './options/read.ts';
import type { Located } from './origin.ts';
import { isTenants, shares } from './tenant.ts';

type Set_ = Located<ReadonlySet<NamespaceName>>;

const OPTIONS = ['clone', 'unshare', 'unshare2'] as const;

export function tenantNamespaces(values: Values, byDefault: Set_): NamespaceSets {
  const namespaces = together(values, 'clone', byDefault);
  return {
    namespaces: namespaces ?? byDefault,
    unshare: together(values, 'unshare', undefined),
    unshare2: together(values, 'unshare2', undefined),
  };
}

/** Does the tenant ask for namespaces of his own, or anybody for a user namespace? */
export function needsUser(values: Values, sets: NamespaceSets): boolean {
  const asked = OPTIONS.flatMap((option) => joined(shares(values.all(option)).tenant) ?? []);
  const root = values.last('namespace');
  const user = [sets.namespaces, sets.unshare, sets.unshare2].some((set) => set?.value.has('user'));
  return user || asked.some(({ value }) => value.size > 0) || (root !== undefined && isTenants(root));
}

function together(
  values: Values,
  option: (typeof OPTIONS)[number],
  byDefault: Set_ | undefined,
): Set_ | undefined {
  const { daemon, tenant } = shares(values.all(option));
  const given = joined(daemon) ?? byDefault;
  const added = joined(tenant);
  if (added === undefined || added.value.size === 0) return given;
  return { value: new Set([...(given?.value ?? []), ...added.value]), at: added.at };
}
