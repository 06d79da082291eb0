// The table of all vassals. Only the rows in sight are in the document: a thousand cost what thirty do.
import { byId, h, setText } from './dom.js';
import { listHash, vassalHash } from './place.js';
import { RowView } from './row.js';
import { nextSort, SORTS, selected, sortOf } from './select.js';
import { LOOKS, STATES } from './words.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Row} Row */
/** @typedef {import('./place.js').ListPlace} ListPlace */

/** Rows above and below those in sight. */
const MARGIN = 6;
const CHIPS = ['bad-file', ...STATES];

/** @type {readonly [key: keyof typeof SORTS | null, title: string, kind: string][]} */
const COLUMNS = [
  ['name', 'Vassal', 'cell-name'],
  ['state', 'State', 'cell-state'],
  ['cpu', 'CPU', 'cell-cpu'],
  ['memory', 'Memory', 'cell-memory'],
  [null, 'Namespaces', 'cell-spaces'],
  ['restarts', 'Restarts', 'cell-restarts'],
];

export class ListView {
  #store;
  /** @type {Omit<ListPlace, 'view'>} */
  #choice = { query: '', states: [], sort: 'name' };
  /** @type {Row[]} */
  #rows = [];
  /** @type {Map<string, RowView>} */
  #views = new Map();
  /** @type {string | null} */
  #selected = null;
  #search = /** @type {HTMLInputElement} */ (
    h('input', {
      type: 'search',
      id: 'search',
      placeholder: 'Filter',
      'aria-label': 'Filter the vassals',
      'aria-keyshortcuts': '/',
      autocomplete: 'off',
      spellcheck: 'false',
    })
  );
  #chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'States' });
  #sort = /** @type {HTMLSelectElement} */ (
    h(
      'select',
      { class: 'sort', 'aria-label': 'Order' },
      ...Object.keys(SORTS).map((key) => h('option', { value: key }, `by ${key}`)),
    )
  );
  #head = h('div', { class: 'row head', role: 'row' });
  #body = h('div', { class: 'rows', role: 'rowgroup' });
  #empty = h('div', { class: 'empty', hidden: true });
  #table = h(
    'div',
    { class: 'table', role: 'table', 'aria-label': 'Vassals' },
    h('div', { role: 'rowgroup', class: 'heads' }, this.#head),
    this.#body,
  );
  #frame = 0;
  #onScroll = () => this.#soon();

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.element = h(
      'section',
      { class: 'list', 'aria-label': 'All vassals' },
      h(
        'div',
        { class: 'tools' },
        h('label', { class: 'search' }, this.#search, h('kbd', { 'aria-hidden': 'true' }, '/')),
        this.#sort,
        this.#chips,
      ),
      this.#table,
      this.#empty,
    );
    this.#search.addEventListener('input', () => this.#choose({ query: this.#search.value }));
    this.#sort.addEventListener('change', () =>
      this.#choose({ sort: SORTS[/** @type {keyof typeof SORTS} */ (this.#sort.value)] + this.#sort.value }),
    );
    this.#body.addEventListener('click', (event) => this.#clicked(/** @type {MouseEvent} */ (event)));
    this.#body.addEventListener('focusin', (event) => this.#focused(/** @type {Event} */ (event)));
    this.#head.append(...COLUMNS.map(([key, title, kind]) => this.#headCell(key, title, kind)));
  }

  /** @param {ListPlace} place */
  enter({ query, states, sort }) {
    this.#choice = { query, states, sort };
    if (this.#search.value !== query) this.#search.value = query;
    addEventListener('scroll', this.#onScroll, { passive: true });
    addEventListener('resize', this.#onScroll, { passive: true });
    this.refresh();
  }

  leave() {
    removeEventListener('scroll', this.#onScroll);
    removeEventListener('resize', this.#onScroll);
  }

  /** Rows came, went or changed. */
  refresh() {
    this.#rows = selected(this.#store.rows.values(), this.#choice, (name, what) =>
      this.#store.latest(name, what),
    );
    this.#showChips();
    this.#showHeads();
    this.#showEmpty();
    this.#place(true);
  }

  /** New samples. */
  sample() {
    const [key] = sortOf(this.#choice.sort);
    if (key === 'cpu' || key === 'memory') return this.refresh();
    for (const [name, view] of this.#views) view.sample(name, this.#store);
  }

  /** A second has passed. */
  tick() {
    const { now } = this.#store;
    for (const [name, view] of this.#views) {
      const row = this.#store.rows.get(name);
      if (row) view.tick(row, now);
    }
  }

  search() {
    this.#search.focus();
    this.#search.select();
  }

  /** Esc. @returns {boolean} there was something to undo */
  back() {
    const { query, states } = this.#choice;
    if (document.activeElement === this.#search) this.#search.blur();
    if (query === '' && states.length === 0) return false;
    this.#choose({ query: '', states: [] });
    return true;
  }

  /** @param {number} by */
  move(by) {
    const present = this.#rows.findIndex(({ name }) => name === this.#selected);
    const from = by > 0 ? -1 : this.#rows.length;
    const index = (present < 0 ? from : present) + by;
    this.#select(Math.max(0, Math.min(this.#rows.length - 1, index)));
  }

  open() {
    if (this.#selected !== null) location.hash = vassalHash(this.#selected);
  }

  /** @param {string} name */
  reselect(name) {
    const index = this.#rows.findIndex((row) => row.name === name);
    if (index >= 0) this.#select(index);
  }

  /** How many rows a page has. */
  get page() {
    return Math.max(1, Math.floor(innerHeight / this.#height) - 3);
  }

  /** @param {number} index */
  #select(index) {
    const row = this.#rows[index];
    if (row === undefined) return;
    this.#selected = row.name;
    const top = this.#body.getBoundingClientRect().top + scrollY + index * this.#height;
    const above = byId('main').offsetTop + this.#height;
    if (top < scrollY + above) scrollTo({ top: top - above });
    else if (top + 2 * this.#height > scrollY + innerHeight)
      scrollTo({ top: top + 2 * this.#height - innerHeight });
    this.#place(false);
    this.#views.get(row.name)?.link.focus({ preventScroll: true });
  }

  get #height() {
    return Number.parseFloat(getComputedStyle(this.#table).getPropertyValue('--row-height')) || 40;
  }

  #soon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#place(false));
  }

  /** Puts the rows in sight where they belong. @param {boolean} anew what they show may have changed */
  #place(anew) {
    const height = this.#height;
    this.#body.style.height = `${this.#rows.length * height}px`;
    this.#table.setAttribute('aria-rowcount', String(this.#rows.length + 1));
    const top = this.#body.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor(-top / height) - MARGIN);
    const to = Math.min(this.#rows.length, Math.ceil((innerHeight - top) / height) + MARGIN);
    const wanted = new Map(this.#rows.slice(from, to).map((row, index) => [row.name, from + index]));
    const held = this.#rows.findIndex(({ name }) => name === this.#selected);
    // What has the focus stays, wherever it is.
    if (held >= 0 && this.#selected !== null) wanted.set(this.#selected, held);
    for (const [name, view] of this.#views) {
      if (wanted.has(name)) continue;
      view.element.remove();
      this.#views.delete(name);
    }
    for (const [name, index] of wanted) this.#placeRow(name, index, height, anew);
  }

  /** @param {string} name @param {number} index @param {number} height @param {boolean} anew */
  #placeRow(name, index, height, anew) {
    const row = this.#rows[index];
    if (row === undefined) return;
    const present = this.#views.get(name);
    const view = present ?? new RowView(name);
    if (!present) {
      this.#views.set(name, view);
      this.#body.append(view.element);
    }
    if (anew || !present) view.show(row, this.#store);
    view.element.style.transform = `translateY(${index * height}px)`;
    view.element.setAttribute('aria-rowindex', String(index + 2));
    view.element.classList.toggle('selected', name === this.#selected);
    view.element.classList.toggle('odd', index % 2 === 1);
    view.link.tabIndex = name === this.#selected || (this.#selected === null && index === 0) ? 0 : -1;
  }

  /** @param {Partial<Omit<ListPlace, 'view'>>} change */
  #choose(change) {
    this.#choice = { ...this.#choice, ...change };
    history.replaceState(null, '', listHash(this.#choice));
    if ('query' in change && this.#search.value !== this.#choice.query)
      this.#search.value = this.#choice.query;
    this.#selected = null;
    scrollTo({ top: 0 });
    this.refresh();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const element = /** @type {Element} */ (event.target).closest('.row');
    const name = [...this.#views].find(([, view]) => view.element === element)?.[0];
    if (name === undefined || getSelection()?.toString() || event.ctrlKey || event.metaKey) return;
    if (!(/** @type {Element} */ (event.target).closest('a'))) location.hash = vassalHash(name);
  }

  /** @param {Event} event */
  #focused(event) {
    const element = /** @type {Element} */ (event.target).closest('.row');
    const name = [...this.#views].find(([, view]) => view.element === element)?.[0];
    if (name === undefined || name === this.#selected) return;
    this.#selected = name;
    this.#place(false);
  }

  /** @param {keyof typeof SORTS | null} key @param {string} title @param {string} kind */
  #headCell(key, title, kind) {
    const cell = h('div', { class: `cell ${kind}`, role: 'columnheader', 'data-key': key });
    cell.append(
      key === null
        ? title
        : h(
            'button',
            { type: 'button', onclick: () => this.#choose({ sort: nextSort(this.#choice.sort, key) }) },
            title,
          ),
    );
    return cell;
  }

  #showHeads() {
    const [key, isDescending] = sortOf(this.#choice.sort);
    for (const cell of this.#head.children) {
      if (cell.getAttribute('data-key') !== key) cell.removeAttribute('aria-sort');
      else cell.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
    }
    if (key in SORTS && this.#sort.value !== key) this.#sort.value = key;
  }

  #showChips() {
    const counts = this.#store.counts();
    const { states } = this.#choice;
    const shown = CHIPS.filter((state) => counts[state] || states.includes(state));
    const all = /** @type {const} */ (['', 'all', this.#store.rows.size, states.length === 0, 'off']);
    const chips = [all, ...shown.map((state) => this.#chipOf(state, counts[state] ?? 0))];
    for (const [index, chip] of chips.entries()) this.#showChip(index, chip);
    while (this.#chips.children.length > chips.length) this.#chips.lastChild?.remove();
  }

  /** @param {string} state @param {number} count */
  #chipOf(state, count) {
    const title = state === 'bad-file' ? 'bad file' : state;
    const tone = state === 'bad-file' ? 'bad' : (LOOKS[state]?.tone ?? 'off');
    return /** @type {const} */ ([state, title, count, this.#choice.states.includes(state), tone]);
  }

  /** @param {number} index @param {readonly [string, string, number, boolean, string]} chip */
  #showChip(index, [state, title, count, isOn, tone]) {
    let button = /** @type {HTMLElement | undefined} */ (this.#chips.children[index]);
    if (button === undefined) {
      button = h('button', { type: 'button', class: 'chip' }, h('span', {}), h('b', {}));
      const made = button;
      button.addEventListener('click', () => this.#toggle(made.dataset.state ?? ''));
      this.#chips.append(button);
    }
    button.dataset.state = state;
    button.dataset.tone = tone;
    button.setAttribute('aria-pressed', String(isOn));
    setText(/** @type {Element} */ (button.firstChild), title);
    setText(/** @type {Element} */ (button.lastChild), String(count));
  }

  /** @param {string} state */
  #toggle(state) {
    const { states } = this.#choice;
    if (state === '') return this.#choose({ states: [] });
    this.#choose({
      states: states.includes(state) ? states.filter((each) => each !== state) : [...states, state],
    });
  }

  #showEmpty() {
    const isEmpty = this.#rows.length === 0;
    this.#empty.hidden = !isEmpty;
    this.#table.hidden = isEmpty;
    if (!isEmpty) return;
    if (this.#store.rows.size > 0) {
      const clear = h(
        'button',
        { type: 'button', onclick: () => this.#choose({ query: '', states: [] }) },
        'Show all',
      );
      this.#empty.replaceChildren(h('p', {}, 'No vassal is like that.'), clear);
    } else {
      this.#empty.replaceChildren(
        h('p', {}, 'No vassals yet.'),
        h(
          'p',
          { class: 'muted' },
          'Put a file such as ',
          h('code', {}, 'web.ini'),
          ' into a directory that the daemon watches; it is up at once.',
        ),
      );
    }
  }
}
