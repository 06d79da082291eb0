// Starting, stopping, restarting and reloading: asked for, confirmed, done, and what came of it.
import { ask, Refused, vassalPath } from './connection.js';
import { byId, h } from './dom.js';
import { visible } from './words.js';

/** @typedef {'start' | 'stop' | 'restart' | 'reload'} Verb */
/** @typedef {import('./store.js').Row} Row */

/** @type {Readonly<Record<Verb, { title: string, key: string, means: (row: Row) => string, isGrave: boolean }>>} */
export const VERBS = {
  start: {
    title: 'Start',
    key: 's',
    means: () => 'It is started with what its file says now, and its backoff is forgotten.',
    isGrave: false,
  },
  stop: {
    title: 'Stop',
    key: 'x',
    means: () =>
      'Its jail ends with every process in it. It stays down, also when its file changes, until it is started again.',
    isGrave: true,
  },
  restart: {
    title: 'Restart',
    key: 'r',
    means: () => 'Its jail ends, and a new one is made of what its file says now.',
    isGrave: true,
  },
  reload: {
    title: 'Reload',
    key: 'e',
    means: () =>
      'It takes up what its file says now, in the way that `reload` there names. Without one: a new jail.',
    isGrave: false,
  },
};

const TOAST_MS = 6000;
const DOWN = ['stopped', 'failed', 'exited', 'invalid', 'backoff', 'waiting'];

/** @param {Verb} verb @param {Row} row */
export function isPossible(verb, row) {
  if (verb === 'start') return DOWN.includes(row.state);
  if (verb === 'stop') return !(row.state === 'stopped' && row.held);
  return verb === 'restart' || row.state === 'running';
}

/** Asks first. @param {Verb} verb @param {Row} row */
export async function act(verb, row) {
  const { title, means, isGrave } = VERBS[verb];
  const sure = await confirmed({
    title: [`${title} `, h('bdi', {}, visible(row.name)), '?'],
    text: means(row),
    command: `tsjail ${verb} ${/^[\w@.-]+$/.test(row.name) ? row.name : `'${row.name.replaceAll("'", `'\\''`)}'`}`,
    action: title,
    isGrave,
  });
  if (!sure) return;
  const done = toast('busy', `${title}: ${visible(row.name)} …`, 0);
  try {
    const result = await ask(vassalPath(row.name, `/${verb}`), { method: 'POST' });
    toast(result.ok ? 'good' : 'bad', `${visible(row.name)}: ${visible(result.message)}`);
  } catch (error) {
    const why = error instanceof Refused ? error.message : 'the daemon does not answer';
    toast('bad', `${title} ${visible(row.name)}: ${visible(why)}`);
  } finally {
    done();
  }
}

/** @param {string} tone @param {string} text @param {number} [ms] 0: until it is taken away @returns {() => void} */
export function toast(tone, text, ms = TOAST_MS) {
  const element = h('div', { class: 'toast', 'data-tone': tone }, text);
  byId('toasts').append(element);
  const remove = () => element.remove();
  if (ms > 0) setTimeout(remove, ms);
  return remove;
}

/**
 * @param {{ title: (Node | string)[], text: string, command: string, action: string, isGrave: boolean }} question
 * @returns {Promise<boolean>}
 */
function confirmed({ title, text, command, action, isGrave }) {
  return new Promise((resolve) => {
    const close = (/** @type {boolean} */ sure) => {
      dialog.close();
      resolve(sure);
    };
    const cancel = h('button', { type: 'button', onclick: () => close(false) }, 'Cancel');
    const go = h(
      'button',
      { type: 'button', class: isGrave ? 'grave' : 'main', onclick: () => close(true) },
      action,
    );
    const dialog = /** @type {HTMLDialogElement} */ (
      h(
        'dialog',
        { 'aria-labelledby': 'dialog-title' },
        h('h2', { id: 'dialog-title' }, ...title),
        h('p', {}, text),
        h('p', { class: 'muted' }, 'On a console: ', h('code', {}, visible(command))),
        h('div', { class: 'buttons' }, cancel, go),
      )
    );
    dialog.addEventListener('cancel', () => resolve(false));
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    go.focus();
  });
}
