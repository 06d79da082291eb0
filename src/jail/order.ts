// The order of a spawn, as the addon reads it (addon/order.h): what is the same for every run of a plan, in one piece.
import { encodePlan } from '../plan/encode.ts';
import { takesSpareNetwork } from '../plan/spare-network.ts';
import type { Plan } from '../plan/step.ts';
import type { JailCgroup } from './jail.ts';
import type { Native, Order } from './native.ts';

/** To chown(2). */
const LEAVE = 2 ** 32 - 1;

interface Known {
  readonly cgroup: JailCgroup | undefined;
  readonly order: Order;
}

/** Those made last. A plan that is carried out again and again is to cost nothing the second time; those of a thousand vassals
 *  that run would be 3 MB for nobody. */
const KNOWN = new Map<Plan, Known>();
const MOST = 64;

/** Throws RangeError on a NUL inside an argument. */
export function orderFor(native: Native, plan: Plan, cgroup: JailCgroup | undefined): Order {
  const known = KNOWN.get(plan);
  if (known && known.cgroup === cgroup) return known.order;
  const order = native.order(encodeOrder(plan, cgroup));
  KNOWN.delete(plan);
  KNOWN.set(plan, { cgroup, order });
  if (KNOWN.size > MOST) forgetOldest();
  return order;
}

function forgetOldest(): void {
  for (const plan of KNOWN.keys()) {
    KNOWN.delete(plan);
    return;
  }
}

function encodeOrder(plan: Plan, cgroup: JailCgroup | undefined): string {
  const joins = plan.cgroups?.directories.map(({ value }) => value) ?? [];
  const handOverKill = cgroup?.isOurs === true && !plan.ownPidNamespace;
  const head = [
    plan.cloneFlags,
    cgroup?.path ?? '',
    handOverKill ? 1 : 0,
    takesSpareNetwork(plan) ? 1 : 0,
    plan.name,
    plan.owner?.uid ?? LEAVE,
    plan.owner?.gid ?? LEAVE,
    joins.length,
    ...joins,
  ];
  return `${head.join('\0')}\0${encodePlan(plan)}`;
}
