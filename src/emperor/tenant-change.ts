// In tyrant mode: a file that has another owner is another vassal, whatever is in it. Nothing of the former one is started again.
import type { Owner } from '../config/tenant.ts';
import type { Vassal } from './vassal.ts';

/** Ends the vassal `name` if it runs as somebody else than `owner`. Resolves when it is out of `vassals`, with whether an operator
 *  had stopped it, which holds for the new one too. */
export async function formerOwnerGone(
  vassals: ReadonlyMap<string, Vassal>,
  name: string,
  owner: Owner | undefined,
): Promise<boolean> {
  const vassal = vassals.get(name);
  const former = vassal?.config?.tenant;
  if (vassal === undefined || former === undefined || owner === undefined) return false;
  if (former.uid === owner.uid && former.gid === owner.gid) return false;
  const { held } = vassal.life;
  vassal.remove();
  await vassal.until(() => vassals.get(name) !== vassal);
  return held;
}
