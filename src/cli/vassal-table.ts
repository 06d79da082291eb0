// The table of `ls` and `status`.
import type { VassalGlance } from '../emperor/view.ts';
import { cut, shown } from './cells.ts';
import type { Call } from './command.ts';
import { type Cell, type Column, renderTable } from './table.ts';
import { size, span } from './units.ts';
import { markOf, sentenceOf, summaryOf } from './vassal-words.ts';

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'VASSAL', least: 24, leastEver: 10, middle: true },
  { title: 'STATE' },
  { title: 'PID', dispensable: 1 },
  { title: 'CPU', dispensable: 3 },
  { title: 'MEM', dispensable: 2 },
  { title: 'RESTARTS', dispensable: 4 },
  // As much as an end and the wait for the next start take: what goes before it is cut is of less use.
  { title: 'STATUS', least: 40, leastEver: 16 },
];

/** For a terminal it is made to fit, with a summary below. */
export function vassalTable(vassals: readonly VassalGlance[], { io, out }: Pick<Call, 'io' | 'out'>): string {
  if (vassals.length === 0) return `${summaryOf(vassals)}\n`;
  const sorted = [...vassals].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = sorted.map((vassal) => rowOf(vassal, io.now()));
  const width = io.out.isTTY ? io.out.columns : undefined;
  const table = renderTable(COLUMNS, rows, { style: out, width });
  if (!io.out.isTTY) return table;
  const summary = cut(summaryOf(vassals), width ?? Number.POSITIVE_INFINITY);
  return `${table}${out.paint('quiet', summary)}\n`;
}

function rowOf(vassal: VassalGlance, now: number): Cell[] {
  const { mark, kind } = markOf(vassal);
  return [
    { text: mark, kind },
    { text: shown(vassal.name) },
    { text: vassal.state, kind },
    { text: vassal.pid === null ? '-' : String(vassal.pid) },
    { text: vassal.cpuUsec === null ? '-' : span(vassal.cpuUsec / 1e6) },
    { text: vassal.memoryBytes === null ? '-' : size(vassal.memoryBytes) },
    { text: String(vassal.restarts) },
    { text: shown(sentenceOf(vassal, now)) },
  ];
}
