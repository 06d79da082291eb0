// One vassal as a row of the table, made once and then changed in its place.
import { Chart } from './chart.js';
import { h, setAttribute, setText } from './dom.js';
import { vassalHash } from './place.js';
import { cpu, LOOKS, memory, phrase, visible } from './words.js';

/** @typedef {import('./store.js').Row} Row */
/** @typedef {import('./store.js').Store} Store */

/** Scales end there at the least: noise shall look like noise. */
const LEAST_CPU = 100;
const LEAST_MEMORY = 16 * 1024;

/** More are a number. */
const MOST_SPACES = 4;

export class RowView {
  #glyph = h('span', { class: 'glyph', 'aria-hidden': 'true' });
  #state = h('span', { class: 'state-word' });
  #name = h('bdi', {});
  #link = h('a', { class: 'name', tabindex: '-1' }, this.#name);
  #flag = h('span', { class: 'flag', hidden: true }, 'bad file');
  #phrase = h('bdi', { class: 'phrase' });
  #cpu = h('span', { class: 'number' });
  #memory = h('span', { class: 'number' });
  #cpuChart = new Chart('cpu', LEAST_CPU);
  #memoryChart = new Chart('memory', LEAST_MEMORY);
  #namespaces = h('span', { class: 'spaces' });
  #restarts = h('span', { class: 'number' });
  #shownSpaces = '';

  /** @param {string} name */
  constructor(name) {
    setText(this.#name, visible(name));
    this.#link.setAttribute('href', vassalHash(name));
    this.#link.title = visible(name);
    const cell = (/** @type {string} */ kind, /** @type {(Node | string)[]} */ ...children) =>
      h('div', { class: `cell ${kind}`, role: 'cell' }, ...children);
    this.element = h(
      'div',
      { class: 'row', role: 'row' },
      cell('cell-name', this.#glyph, this.#link),
      cell('cell-state', this.#state, this.#flag, this.#phrase),
      cell('cell-cpu', label('cpu'), /** @type {any} */ (this.#cpuChart.element), this.#cpu),
      cell('cell-memory', label('mem'), /** @type {any} */ (this.#memoryChart.element), this.#memory),
      cell('cell-spaces', this.#namespaces),
      cell('cell-restarts', label('restarts'), this.#restarts),
    );
  }

  get link() {
    return this.#link;
  }

  /** @param {Row} row @param {Store} store */
  show(row, store) {
    const { glyph, tone } = LOOKS[row.state] ?? { glyph: '?', tone: 'off' };
    setText(this.#glyph, glyph);
    setAttribute(this.element, 'data-tone', tone);
    setText(this.#state, row.state);
    this.#flag.hidden = row.error === null || row.state === 'invalid';
    if (row.error) this.#flag.title = visible(`${row.error.place}: ${row.error.text}`);
    setText(this.#restarts, String(row.restarts));
    this.#restarts.classList.toggle('none', row.restarts === 0);
    this.#showSpaces(row.namespaces);
    this.tick(row, store.now);
    this.sample(row.name, store);
  }

  /** @param {Row} row @param {number} now */
  tick(row, now) {
    const text = visible(phrase(row, now));
    setText(this.#phrase, text);
    if (this.#phrase.title !== text) this.#phrase.title = text;
  }

  /** @param {string} name @param {Store} store */
  sample(name, store) {
    const track = store.track(name);
    const used = [track.cpu.at(-1) ?? null, track.memory.at(-1) ?? null];
    setText(this.#cpu, cpu(used[0] ?? null));
    setText(this.#memory, memory(used[1] ?? null));
    this.#cpu.classList.toggle('none', !used[0]);
    this.#memory.classList.toggle('none', used[1] === null);
    this.#cpuChart.draw(track.cpu);
    this.#memoryChart.draw(track.memory);
  }

  /** @param {readonly string[]} own */
  #showSpaces(own) {
    const text = own.join();
    if (text === this.#shownSpaces && this.#namespaces.firstChild) return;
    this.#shownSpaces = text;
    const names = own.length === 0 ? 'no namespaces of its own' : `own namespaces: ${own.join(', ')}`;
    const shown = own.slice(0, own.length > MOST_SPACES ? MOST_SPACES - 1 : MOST_SPACES);
    const more = own.length - shown.length;
    this.#namespaces.replaceChildren(
      h('span', { class: 'unseen' }, names),
      ...shown.map((name) => h('span', { class: 'space', 'aria-hidden': 'true' }, name)),
      ...(more > 0 ? [h('span', { class: 'space more', 'aria-hidden': 'true' }, `+${more}`)] : []),
    );
    this.#namespaces.title = names;
  }
}

/** @param {string} text */
function label(text) {
  return h('span', { class: 'label' }, text);
}
