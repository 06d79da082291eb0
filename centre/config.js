// A vassal's file with its lines, and what is wrong at which of them.
import { h } from './dom.js';
import { visible } from './words.js';

/** @typedef {import('../src/emperor/overview/dossier.ts').ConfigPage} ConfigPage */
/** @typedef {import('../src/emperor/overview/dossier.ts').ShownProblem} ShownProblem */

const HIDDEN = '•••';

/** @param {ConfigPage} page @param {number | null} marked a line */
export function configView({ file, lines, more, problems }, marked) {
  const isHere = (/** @type {ShownProblem} */ problem) => problem.file === file;
  const list = lines.map((text, index) => {
    const line = index + 1;
    const here = problems.filter((problem) => isHere(problem) && problem.line === line);
    return h(
      'li',
      { class: line === marked ? 'marked' : '', 'data-line': line },
      h('code', {}, ...coloured(text, here[0])),
      ...here.map((problem) => said(problem, `${problem.line}:${problem.column}`)),
    );
  });
  const elsewhere = problems.filter((problem) => !isHere(problem) || problem.line > lines.length);
  const isEmpty = lines.length === 1 && lines[0] === '';
  return h(
    'div',
    { class: 'config' },
    h('p', { class: 'path' }, h('bdi', {}, visible(file))),
    ...elsewhere.map((problem) =>
      h(
        'div',
        { class: 'elsewhere' },
        said(problem, problem.place),
        problem.source !== null && h('code', {}, visible(problem.source)),
      ),
    ),
    isEmpty
      ? h('p', { class: 'muted' }, 'There is no text to show.')
      : h('ol', { class: 'code', tabindex: '0', 'aria-label': 'Config' }, ...list),
    more > 0 && h('p', { class: 'muted' }, `and ${more} lines more`),
    h(
      'p',
      { class: 'muted' },
      `${HIDDEN} stands for what is not shown here: values of variables, hidden hooks, placeholders, passwords.`,
    ),
  );
}

/** @param {string} text @param {ShownProblem | undefined} problem */
function coloured(text, problem) {
  const points = [...text];
  if (problem && text === problem.source) {
    const from = problem.column - 1;
    const to = Math.max(from + 1, problem.endColumn - 1);
    const mark = h(
      'mark',
      { 'data-severity': problem.severity },
      visible(points.slice(from, to).join('')) || ' ',
    );
    return [visible(points.slice(0, from).join('')), mark, visible(points.slice(to).join(''))];
  }
  if (/^\s*[;#]/.test(text)) return [h('span', { class: 'comment' }, visible(text))];
  if (/^\s*\[/.test(text)) return [h('span', { class: 'section' }, visible(text))];
  const split = text.indexOf('=');
  if (split < 0) return [visible(text)];
  return [h('span', { class: 'key' }, visible(text.slice(0, split))), visible(text.slice(split))];
}

/** @param {ShownProblem} problem @param {string} place */
function said({ severity, message, suggestion }, place) {
  return h(
    'div',
    { class: 'problem', 'data-severity': severity },
    h('b', {}, severity),
    ' ',
    h('span', { class: 'place' }, visible(place)),
    ' ',
    h('bdi', {}, visible(message)),
    suggestion !== null && h('span', {}, '; did you mean ', h('code', {}, visible(suggestion)), '?'),
  );
}
