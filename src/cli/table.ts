// Columns of text that fit a terminal: the columns that can shrink do, those that can be missed go.
import { cut, cutInside, widthOf } from './cells.ts';
import type { Kind, Style } from './style.ts';

export interface Column {
  readonly title: string;
  /** Narrowed down to this many cells where space is short. */
  readonly least?: number;
  /** Left out where that is not enough: the highest number first. */
  readonly dispensable?: number;
  /** What is cut keeps its end: names may differ there. */
  readonly middle?: true;
  /** Numbers stand one below the other. */
  readonly right?: true;
  /** Narrowed down to this when all else is not enough; the last such column first. */
  readonly leastEver?: number;
}

export interface Cell {
  /** Without control characters. */
  readonly text: string;
  readonly kind?: Kind | undefined;
}

interface Measured extends Cell {
  readonly width: number;
}

export interface TableOptions {
  readonly style: Style;
  /** Cells that a line may have; undefined: no limit. */
  readonly width: number | undefined;
}

interface Laid {
  readonly index: number;
  readonly width: number;
  /** Between this column and the next. */
  readonly gap: string;
  readonly right: boolean;
  readonly middle: boolean;
}

const NOTHING: Measured = { text: '', width: 0 };
const GAP = '  ';
/** Of a terminal that is hardly one. */
const FEWEST = 4;

/** Lines with newlines. Columns without a title stand close to the next one. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { style, width }: TableOptions,
): string {
  const header = columns.map(({ title }): Cell => ({ text: title, kind: 'strong' }));
  // Once of each: of a thousand rows it takes longer than all else.
  const measured = [header, ...rows].map((row) => row.map(measure));
  const laid = layOut(columns, measured, width);
  return measured.map((row) => `${renderRow(row, laid, style)}\n`).join('');
}

function measure({ text, kind }: Cell): Measured {
  return { text, kind, width: widthOf(text) };
}

function renderRow(row: readonly Measured[], laid: readonly Laid[], style: Style): string {
  let line = '';
  for (const { index, width, gap, right, middle } of laid) {
    const cell = fitted(row[index] ?? NOTHING, width, middle);
    // Colour comes last, around what is left: an escape sequence is never cut.
    const space = ' '.repeat(width - cell.width);
    const painted = style.paint(cell.kind, cell.text);
    line += (right ? space + painted : painted + space) + gap;
  }
  return line.trimEnd();
}

function fitted(cell: Measured, width: number, middle: boolean): Measured {
  if (cell.width <= width) return cell;
  return measure({ ...cell, text: middle ? cutInside(cell.text, width) : cut(cell.text, width) });
}

function layOut(
  columns: readonly Column[],
  rows: readonly (readonly Measured[])[],
  limit: number | undefined,
): Laid[] {
  const natural = columns.map((column, index) => ({
    index,
    width: rows.reduce((widest, row) => Math.max(widest, row[index]?.width ?? 0), 0),
    gap: column.title === '' ? ' ' : GAP,
    right: column.right === true,
    middle: column.middle === true,
  }));
  if (limit === undefined) return natural;
  const dispensable = natural
    .filter(({ index }) => columns[index]?.dispensable !== undefined)
    .sort((a, b) => (columns[a.index]?.dispensable ?? 0) - (columns[b.index]?.dispensable ?? 0));
  let kept = natural;
  for (;;) {
    const laid = shrink(kept, limit, ({ index }) => columns[index]?.least);
    if (totalOf(laid) <= limit) return laid;
    const next = dispensable.pop();
    if (next === undefined) {
      const narrow = shrink(laid, limit, ({ index }) => columns[index]?.leastEver);
      return shrink(narrow, limit, ({ index }) => columns[index]?.leastEver && FEWEST);
    }
    kept = kept.filter((each) => each !== next);
  }
}

/** `leastOf`: undefined for what keeps its width. */
function shrink(laid: readonly Laid[], limit: number, leastOf: (each: Laid) => number | undefined): Laid[] {
  let excess = totalOf(laid) - limit;
  const narrowed = [...laid].reverse().map((each) => {
    const least = Math.min(leastOf(each) ?? each.width, each.width);
    const width = Math.max(least, each.width - Math.max(0, excess));
    excess -= each.width - width;
    return { ...each, width };
  });
  return narrowed.reverse();
}

function totalOf(laid: readonly Laid[]): number {
  const used = laid.reduce((sum, { width, gap }) => sum + width + gap.length, 0);
  return used - (laid.at(-1)?.gap.length ?? 0);
}
