// The steps that a vassal's jail is made of, each with the line that asked for it.
import { h } from './dom.js';
import { vassalHash } from './place.js';
import { visible } from './words.js';

/** @typedef {import('../src/emperor/overview/dossier.ts').PlanPage} PlanPage */
/** @typedef {import('../src/emperor/overview/dossier.ts').ShownStep} ShownStep */

/** @param {PlanPage | null} page @param {string} name @param {string} source the vassal's own file */
export function planView(page, name, source) {
  if (page === null)
    return h('p', { class: 'muted' }, 'There is no plan: its file has been bad from the first.');
  const { sockets, steps, helpers } = page;
  const part = (/** @type {string} */ title, /** @type {readonly ShownStep[]} */ all, numbered = false) => [
    h('h3', {}, title),
    h(
      'ol',
      { class: numbered ? 'steps numbered' : 'steps' },
      ...all.map((step) => stepElement(step, name, source)),
    ),
  ];
  return h(
    'div',
    { class: 'plan' },
    ...(sockets.length > 0 ? part('Sockets, bound before', sockets) : []),
    ...part('In the jail, in this order', steps, true),
    ...helpers.flatMap(({ phase, steps: all }) => part(`Beside the jail: ${phase}`, all)),
  );
}

/** @param {ShownStep} step @param {string} name @param {string} source */
function stepElement({ text, file, line, variables = [] }, name, source) {
  const [first = ''] = text.split(' ', 1);
  return h(
    'li',
    {},
    h('code', {}, h('b', {}, first), visible(text.slice(first.length))),
    origin(file, line, name, source),
    variables.length > 0 &&
      h(
        'details',
        {},
        h('summary', {}, `${variables.length} variables, values not shown`),
        h('p', {}, variables.map(visible).join(' ')),
      ),
  );
}

/** @param {string | null} file @param {number | null} line @param {string} name @param {string} source */
function origin(file, line, name, source) {
  if (file === null || line === null) return h('span', { class: 'origin muted' }, 'always');
  if (file === source)
    return h('a', { class: 'origin', href: vassalHash(name, 'config', line) }, `line ${line}`);
  return h(
    'span',
    { class: 'origin muted', title: visible(file) },
    visible(`${file.split('/').pop()}:${line}`),
  );
}
