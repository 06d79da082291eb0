// Which vassals the table shows, and in which order. Pure.
import { STATES } from './words.js';

/** @typedef {import('./store.js').Row} Row */
/** @typedef {{ query: string, states: readonly string[], sort: string }} Choice */
/** @typedef {(name: string, what: 'cpu' | 'memory') => number | null} Latest */

/** Columns that can be sorted by, with the direction of the first press: `-` is the largest first. */
export const SORTS = /** @type {const} */ ({
  name: '',
  state: '',
  since: '-',
  cpu: '-',
  memory: '-',
  restarts: '-',
});

const collator = new Intl.Collator('en', { numeric: true });

/** @type {Record<string, (row: Row, latest: Latest) => number>} */
const NUMBERS = {
  state: ({ state }) => STATES.indexOf(/** @type {any} */ (state)),
  since: ({ since }) => since,
  restarts: ({ restarts }) => restarts,
  cpu: ({ name }, latest) => latest(name, 'cpu') ?? -1,
  memory: ({ name }, latest) => latest(name, 'memory') ?? -1,
};

/** @param {string} sort @returns {[key: string, isDescending: boolean]} */
export function sortOf(sort) {
  return sort.startsWith('-') ? [sort.slice(1), true] : [sort, false];
}

/** Another press of the same column turns it round. @param {string} present @param {keyof typeof SORTS} key */
export function nextSort(present, key) {
  const [presentKey, isDescending] = sortOf(present);
  if (presentKey !== key) return SORTS[key] + key;
  return isDescending ? key : `-${key}`;
}

/**
 * @param {Iterable<Row>} rows
 * @param {Choice} choice
 * @param {Latest} latest
 * @returns {Row[]}
 */
export function selected(rows, { query, states, sort }, latest) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...rows].filter((row) => isWanted(row, states) && words.every((word) => has(row, word)));
  const [key, isDescending] = sortOf(sort);
  const number = NUMBERS[key];
  const factor = isDescending ? -1 : 1;
  /** @type {(a: Row, b: Row) => number} */
  const byName = (a, b) => collator.compare(a.name, b.name);
  if (number === undefined) return found.sort((a, b) => factor * byName(a, b));
  const keyed = found.map((row) => /** @type {const} */ ([number(row, latest), row]));
  return keyed.sort(([a, one], [b, other]) => factor * (a - b) || byName(one, other)).map(([, row]) => row);
}

/** @param {Row} row @param {readonly string[]} states */
function isWanted({ state, error }, states) {
  if (states.length === 0) return true;
  return states.includes(state) || (states.includes('bad-file') && error !== null);
}

/** @param {Row} row @param {string} word */
function has({ name, state, statusText, error, lastExit }, word) {
  return [name, state, statusText, error?.text, lastExit?.brief].some((text) =>
    text?.toLowerCase().includes(word),
  );
}
