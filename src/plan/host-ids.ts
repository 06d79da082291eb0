// Who somebody in a user namespace is on the host.
import { isNew } from '../config/namespaces.ts';
import type { Located } from '../config/origin.ts';
import type { IdRange, VassalConfig } from '../config/vassal-config.ts';
import type { Ids } from './step.ts';

/** The command's ids as the host has them; undefined: those of the daemon, or mapped to nobody. */
export function hostIdsOf(config: VassalConfig): Ids | undefined {
  const { user, gid } = config;
  if (!isNew(config, 'user')) {
    return user && gid && { uid: user.value.uid, gid: gid.value };
  }
  const uid = hostId(config.uidMap, user?.value.uid ?? 0);
  const group = hostId(config.gidMap, gid?.value ?? 0);
  return uid === undefined || group === undefined ? undefined : { uid, gid: group };
}

/** Undefined: mapped to nothing (user_namespaces(7)). */
function hostId(map: readonly Located<IdRange>[], id: number): number | undefined {
  for (const { value } of map) {
    if (id >= value.inside && id < value.inside + value.count) return value.outside + id - value.inside;
  }
  return undefined;
}
