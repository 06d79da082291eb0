// A line of the last minutes: small in the table, larger on the page of a vassal.
import { setAttribute, svg } from './dom.js';
import { ROUNDS } from './store.js';

const HEIGHT = 20;

export class Chart {
  #area = svg('path', { class: 'chart-area' });
  #line = svg('path', { class: 'chart-line' });
  #least;
  #shown = '';

  /** @param {string} kind a class @param {number} least what the scale ends with at the least */
  constructor(kind, least) {
    this.#least = least;
    this.element = svg(
      'svg',
      {
        class: `chart ${kind}`,
        viewBox: `0 0 ${ROUNDS - 1} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
        focusable: 'false',
      },
      this.#area,
      this.#line,
    );
  }

  /** @param {readonly (number | null)[]} values the newest last @returns {number} the end of the scale */
  draw(values) {
    const top = Math.max(this.#least, ...values.map((each) => each ?? 0));
    const line = path(values, top);
    if (line !== this.#shown) {
      this.#shown = line;
      setAttribute(this.#line, 'd', line);
      setAttribute(this.#area, 'd', closed(values, top));
    }
    return top;
  }
}

/** @param {readonly (number | null)[]} values @param {number} top */
function path(values, top) {
  return runs(values, top)
    .map((run) => (run.length === 1 ? `M${run[0]}h0.01` : `M${run.join('L')}`))
    .join('');
}

/** @param {readonly (number | null)[]} values @param {number} top */
function closed(values, top) {
  return runs(values, top)
    .map((run) => {
      const [from] = (run[0] ?? '').split(' ');
      const [to] = (run.at(-1) ?? '').split(' ');
      return `M${from} ${HEIGHT}L${run.join('L')}L${to} ${HEIGHT}Z`;
    })
    .join('');
}

/**
 * What is not known is a gap.
 * @param {readonly (number | null)[]} values
 * @param {number} top
 * @returns {string[][]}
 */
function runs(values, top) {
  const first = ROUNDS - values.length;
  /** @type {string[][]} */
  const found = [];
  let before = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      before = false;
      continue;
    }
    if (!before) found.push([]);
    before = true;
    const y = HEIGHT - 1 - (value / top) * (HEIGHT - 2);
    found.at(-1)?.push(`${first + index} ${Math.round(y * 10) / 10}`);
  }
  return found;
}
