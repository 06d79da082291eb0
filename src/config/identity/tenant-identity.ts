// As whom a tenant's vassal runs: as the owner of its file. In a user namespace he is its root, so that there is nothing to take.
import type { JailSettings } from '../jail-settings.ts';
import { isNew } from '../namespaces.ts';
import { entryOf, type Tenant } from '../tenant.ts';
import type { Identity } from './identity.ts';

export function tenantIdentity(tenant: Tenant, jail: JailSettings): Identity {
  if (isNew(jail, 'user')) return { user: undefined, gid: undefined, groups: undefined };
  const { gid, groups, at } = tenant;
  return { user: { value: entryOf(tenant), at }, gid: { value: gid, at }, groups };
}
