// What is wrong at the top of the page: bad files with their places, sources that cannot be read, and a broken line.
import { byId, h } from './dom.js';
import { vassalHash } from './place.js';
import { visible } from './words.js';

/** @typedef {import('./store.js').Store} Store */

const MOST = 3;
let shown = '';
let isOpen = false;

/** @param {Store} store @param {string | undefined} about that vassal alone */
export function showProblems(store, about) {
  const rows = about === undefined ? [...store.rows.values()] : [store.rows.get(about)];
  const bad = rows.flatMap((row) => (row?.error ? { ...row, error: row.error } : []));
  const text = JSON.stringify([bad.map(({ name, error }) => [name, error]), store.troubles, isOpen]);
  if (text === shown) return;
  shown = text;
  const most = isOpen ? bad.length : MOST;
  const items = bad
    .slice(0, most)
    .map(({ name, state, error }) =>
      h(
        'li',
        {},
        h('a', { href: vassalHash(name, 'config') }, h('bdi', {}, visible(`${error.place}: ${error.text}`))),
        error.more > 0 && h('span', { class: 'muted' }, ` and ${error.more} more`),
        state !== 'invalid' && h('span', { class: 'muted' }, ' · what runs is kept'),
      ),
    );
  const banners = [
    ...store.troubles.map((each) =>
      banner('bad', 'A source is in trouble', h('p', {}, h('bdi', {}, visible(each)))),
    ),
    ...(bad.length === 0
      ? []
      : [
          banner(
            'bad',
            bad.length === 1 ? 'A file is bad' : `${bad.length} files are bad`,
            h('ul', {}, ...items),
            more(bad.length, store),
          ),
        ]),
  ];
  byId('banners').replaceChildren(...banners);
}

/** @param {number} count @param {Store} store */
function more(count, store) {
  if (count <= MOST) return null;
  const toggle = () => {
    isOpen = !isOpen;
    showProblems(store, undefined);
  };
  return h(
    'button',
    { type: 'button', class: 'plain', onclick: toggle },
    isOpen ? 'Show fewer' : `Show all ${count}`,
  );
}

/** @param {string} tone @param {string} title @param {...(Node | null)} children */
function banner(tone, title, ...children) {
  return h(
    'section',
    { class: 'banner', 'data-tone': tone, 'aria-label': title },
    h('h2', {}, title),
    ...children,
  );
}
