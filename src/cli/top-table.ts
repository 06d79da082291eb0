// The table of `top`.
import { shown } from './cells.ts';
import type { Style } from './style.ts';
import { type Cell, type Column, renderTable } from './table.ts';
import { ORDERS, type OrderKey, type TopRow } from './top-rows.ts';
import { size } from './units.ts';
import { STATES } from './vassal-words.ts';

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'VASSAL', least: 24, leastEver: 8, middle: true },
  { title: 'STATE', dispensable: 1 },
  { title: 'PID', dispensable: 4, right: true },
  { title: 'CPU', right: true },
  { title: 'MEM', right: true },
  { title: 'PIDS', dispensable: 2, right: true },
  { title: 'RESTARTS', dispensable: 3, right: true },
];

/** Lines without newlines, the header first. */
export function topLines(
  rows: readonly TopRow[],
  order: { readonly key: OrderKey; readonly reversed: boolean } | undefined,
  { style, width }: { readonly style: Style; readonly width: number | undefined },
): string[] {
  const sorted = order && ORDERS[order.key].title;
  const arrow = order?.reversed === (order?.key === 'n') ? '▾' : '▴';
  const columns = COLUMNS.map((column) =>
    column.title === sorted ? { ...column, title: `${column.title}${arrow}` } : column,
  );
  return renderTable(columns, rows.map(cellsOf), { style, width }).trimEnd().split('\n');
}

function cellsOf({ name, state, pid, cpuPercent, memoryBytes, pids, restarts }: TopRow): Cell[] {
  const { mark, kind } = STATES[state];
  return [
    { text: mark, kind },
    { text: shown(name) },
    { text: state, kind },
    { text: pid === null ? '-' : String(pid) },
    { text: cpuPercent === null ? '-' : `${cpuPercent.toFixed(1)} %` },
    { text: memoryBytes === null ? '-' : size(memoryBytes) },
    { text: pids === null ? '-' : String(pids) },
    { text: String(restarts) },
  ];
}
