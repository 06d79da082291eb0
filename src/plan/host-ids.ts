// Who somebody in a user namespace is on the host.
import { isNew } from '../config/namespaces.ts';
import type { Located } from '../config/origin.ts';
import type { IdRange, VassalConfig } from '../config/vassal-config.ts';
import type { Ids } from './step.ts';

/** The command's ids as the host has them; undefined: those of the daemon, or mapped to nobody. Of a user that the jail's
 *  files will tell, those of the jail's root, who will pass on what is given to him. */
export function hostIdsOf(config: VassalConfig): Ids | undefined {
  const known = knownOf(config);
  if (!isNew(config, 'user')) {
    return known.uid === undefined || known.gid === undefined
      ? undefined
      : { uid: known.uid, gid: known.gid };
  }
  const uid = hostId(config.uidMap, known.uid ?? 0);
  const group = hostId(config.gidMap, known.gid ?? 0);
  return uid === undefined || group === undefined ? undefined : { uid, gid: group };
}

function knownOf({ user, gid }: VassalConfig): { uid?: number | undefined; gid?: number | undefined } {
  if (typeof gid?.value === 'object') return {};
  if (user === undefined) return { gid: gid?.value };
  return 'inJail' in user.value ? {} : { uid: user.value.uid, gid: gid?.value };
}

/** Undefined: mapped to nothing (user_namespaces(7)). */
function hostId(map: readonly Located<IdRange>[], id: number): number | undefined {
  for (const { value } of map) {
    if (id >= value.inside && id < value.inside + value.count) return value.outside + id - value.inside;
  }
  return undefined;
}
