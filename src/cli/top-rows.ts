// What `top` shows of the vassals: CPU from two samples, in an order, and those that a filter lets through. No terminal here.
import type { VassalView } from '../emperor/view.ts';

export interface TopRow {
  readonly name: string;
  readonly state: VassalView['state'];
  readonly pid: number | null;
  /** Of one CPU, since the sample before; null: not known yet. */
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly pids: number | null;
  readonly restarts: number;
}

export interface Sample {
  /** Milliseconds of a clock that is never set. */
  readonly at: number;
  readonly vassals: readonly VassalView[];
}

/** By the key that asks for it. */
export const ORDERS = {
  c: { title: 'CPU', by: (row: TopRow) => row.cpuPercent ?? -1 },
  m: { title: 'MEM', by: (row: TopRow) => row.memoryBytes ?? -1 },
  p: { title: 'PIDS', by: (row: TopRow) => row.pids ?? -1 },
  r: { title: 'RESTARTS', by: (row: TopRow) => row.restarts },
  n: { title: 'VASSAL', by: () => 0 },
} as const;

export type OrderKey = keyof typeof ORDERS;

export function rowsOf(before: Sample | undefined, { at, vassals }: Sample): TopRow[] {
  const former = new Map(before?.vassals.map((vassal) => [vassal.name, vassal]));
  const passed = before === undefined ? 0 : at - before.at;
  return vassals.map((vassal) => {
    const { name, state, pid, memoryBytes, pids, restarts } = vassal;
    const cpuPercent = cpuOf(former.get(name), vassal, passed);
    return { name, state, pid, cpuPercent, memoryBytes, pids, restarts };
  });
}

/** The group of a vassal that was started anew counts from nothing. */
function cpuOf(before: VassalView | undefined, now: VassalView, passedMs: number): number | null {
  if (before === undefined || before.cpuUsec === null || now.cpuUsec === null || passedMs <= 0) return null;
  const used = now.cpuUsec < before.cpuUsec ? now.cpuUsec : now.cpuUsec - before.cpuUsec;
  return used / (passedMs * 10);
}

/** The largest first, names from a to z; `reversed`: the other way round. */
export function inOrder(rows: readonly TopRow[], key: OrderKey, reversed: boolean): TopRow[] {
  const { by } = ORDERS[key];
  const sign = reversed ? -1 : 1;
  const byName = (a: TopRow, b: TopRow) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...rows].sort((a, b) => sign * (by(b) - by(a) || byName(a, b)));
}

/** By a part of the name or the state. */
export function matching(rows: readonly TopRow[], filter: string): readonly TopRow[] {
  const wanted = filter.toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ name, state }) => name.toLowerCase().includes(wanted) || state.includes(wanted));
}
