// What keys do to `top`: order, place and filter, as a pure function.
import { ORDERS, type OrderKey } from './top-rows.ts';

export interface TopState {
  readonly key: OrderKey;
  readonly reversed: boolean;
  /** The first row that is shown. */
  readonly from: number;
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
}

export const FIRST_STATE: TopState = { key: 'c', reversed: false, from: 0, filter: '', typing: false };

/** Rows that there are, and that fit. */
export interface Extent {
  readonly rows: number;
  readonly page: number;
}

const MOVES: Readonly<Record<string, (from: number, extent: Extent) => number>> = {
  up: (from) => from - 1,
  k: (from) => from - 1,
  down: (from) => from + 1,
  j: (from) => from + 1,
  'page-up': (from, { page }) => from - page,
  'page-down': (from, { page }) => from + page,
  ' ': (from, { page }) => from + page,
  home: () => 0,
  g: () => 0,
  end: (_from, { rows }) => rows,
  G: (_from, { rows }) => rows,
};

/** 'quit': that was what the key asked for. */
export function press(state: TopState, key: string, extent: Extent): TopState | 'quit' {
  if (key === 'interrupt') return 'quit';
  if (state.typing) return type(state, key);
  if (key === 'q') return 'quit';
  if (key === '/') return { ...state, typing: true };
  if (key === 'escape') return { ...state, filter: '', from: 0 };
  if (Object.hasOwn(ORDERS, key)) return sort(state, key as OrderKey);
  const move = Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
  return move ? within({ ...state, from: move(state.from, extent) }, extent) : state;
}

/** Once more the other way round. */
function sort(state: TopState, key: OrderKey): TopState {
  return { ...state, key, reversed: state.key === key && !state.reversed, from: 0 };
}

function type(state: TopState, key: string): TopState {
  const { filter } = state;
  if (key === 'enter') return { ...state, typing: false };
  if (key === 'escape') return { ...state, filter: '', typing: false };
  if (key === 'clear') return { ...state, filter: '' };
  if (key === 'backspace') return { ...state, filter: [...filter].slice(0, -1).join('') };
  // Those with a name are longer.
  return [...key].length === 1 && key >= ' ' ? { ...state, filter: filter + key, from: 0 } : state;
}

/** Never beyond what there is. */
export function within(state: TopState, { rows, page }: Extent): TopState {
  const from = Math.max(0, Math.min(state.from, rows - page));
  return from === state.from ? state : { ...state, from };
}
