// The order of a spawn, as the addon reads it (addon/order.h): what is the same for every run of a plan, in one piece.
import { encodePlan } from '../plan/encode.ts';
import type { Plan } from '../plan/step.ts';
import type { JailCgroup } from './jail.ts';
import type { Native, Order } from './native.ts';

/** To chown(2). */
const LEAVE = 2 ** 32 - 1;

interface Known {
  readonly cgroup: JailCgroup | undefined;
  readonly order: Order;
}

/** A plan is carried out again and again: the second time must cost nothing. */
const KNOWN = new WeakMap<Plan, Known>();

/** Throws RangeError on a NUL inside an argument. */
export function orderFor(native: Native, plan: Plan, cgroup: JailCgroup | undefined): Order {
  const known = KNOWN.get(plan);
  if (known && known.cgroup === cgroup) return known.order;
  const order = native.order(encodeOrder(plan, cgroup));
  KNOWN.set(plan, { cgroup, order });
  return order;
}

function encodeOrder(plan: Plan, cgroup: JailCgroup | undefined): string {
  const joins = plan.cgroups?.directories.map(({ value }) => value) ?? [];
  const handOverKill = cgroup?.isOurs === true && !plan.ownPidNamespace;
  const head = [
    plan.cloneFlags,
    cgroup?.path ?? '',
    handOverKill ? 1 : 0,
    plan.name,
    plan.owner?.uid ?? LEAVE,
    plan.owner?.gid ?? LEAVE,
    joins.length,
    ...joins,
  ];
  return `${head.join('\0')}\0${encodePlan(plan)}`;
}
