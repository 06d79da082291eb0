// The newest lines of a vassal's log, and those to come.
import { Line, vassalPath } from './connection.js';
import { h, setText } from './dom.js';
import { clock, visible } from './words.js';

/** @typedef {import('../src/output/line.ts').LogLine} LogLine */

const FIRST = 300;
const MOST = 2000;
/** So near to the end counts as there. */
const NEAR = 30;

export class LogView {
  #lines = h('div', {
    class: 'log-lines',
    role: 'log',
    'aria-live': 'off',
    tabindex: '0',
    'aria-label': 'Log',
  });
  #filter = /** @type {HTMLInputElement} */ (
    h('input', {
      type: 'search',
      placeholder: 'Lines with …',
      'aria-label': 'Show only lines with',
      autocomplete: 'off',
      spellcheck: 'false',
    })
  );
  #wrap = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: true }));
  #newest = h(
    'button',
    { type: 'button', class: 'newest', hidden: true, onclick: () => this.#toEnd() },
    '↓ newest',
  );
  #note = h('span', { class: 'muted' });
  /** @type {LogLine[]} */
  #fresh = [];
  #frame = 0;
  #atEnd = true;
  #line;

  /** @param {string} name */
  constructor(name) {
    this.element = h(
      'div',
      { class: 'log' },
      h('div', { class: 'log-tools' }, this.#filter, h('label', {}, this.#wrap, ' wrap'), this.#note),
      h('div', { class: 'log-frame' }, this.#lines, this.#newest),
    );
    this.#filter.addEventListener('input', () => this.#refilter());
    this.#wrap.addEventListener('change', () =>
      this.#lines.classList.toggle('unwrapped', !this.#wrap.checked),
    );
    this.#lines.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#line = new Line({
      path: vassalPath(name, `/logs?n=${FIRST}&follow=1`),
      opened: () => this.#begin(),
      events: {
        line: (line) => this.#add(line),
        dropped: ({ count }) =>
          this.#add({
            at: Date.now() / 1000,
            seq: 0,
            vassal: name,
            stream: 'tsjail',
            text: `${count} lines were not shown: they came too fast`,
          }),
        gone: () => {
          this.#line.close();
          setText(this.#note, 'The vassal is gone.');
        },
      },
    });
  }

  open() {
    this.#line.open();
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#line.close();
  }

  #begin() {
    this.#fresh = [];
    this.#lines.replaceChildren();
    this.#atEnd = true;
    setText(this.#note, 'Nothing was printed yet.');
  }

  /** @param {LogLine} line */
  #add(line) {
    this.#fresh.push(line);
    if (this.#fresh.length > MOST) this.#fresh.shift();
    if (this.#fresh.length === 1) this.#frame = requestAnimationFrame(() => this.#show());
  }

  #show() {
    setText(this.#note, '');
    const made = this.#fresh.splice(0).map((line) => this.#lineElement(line));
    this.#lines.append(...made);
    while (this.#lines.childElementCount > MOST) this.#lines.firstChild?.remove();
    if (this.#atEnd) this.#toEnd();
    else this.#newest.hidden = false;
  }

  /** @param {LogLine} line */
  #lineElement({ at, stream, text }) {
    const shown = visible(text);
    const element = h(
      'div',
      { class: 'log-line', 'data-stream': stream },
      h('time', { datetime: new Date(at * 1000).toISOString() }, clock(at)),
      h('bdi', { dir: 'ltr' }, shown),
    );
    element.hidden = !this.#isWanted(shown);
    return element;
  }

  /** @param {string} text */
  #isWanted(text) {
    return text.toLowerCase().includes(this.#filter.value.toLowerCase());
  }

  #refilter() {
    for (const element of this.#lines.children) {
      const isWanted = this.#isWanted(element.lastChild?.textContent ?? '');
      element.toggleAttribute('hidden', !isWanted);
    }
    this.#toEnd();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#lines;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#atEnd) this.#newest.hidden = true;
  }

  #toEnd() {
    this.#lines.scrollTop = this.#lines.scrollHeight;
    this.#atEnd = true;
    this.#newest.hidden = true;
  }
}
