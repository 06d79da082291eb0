// The keyboard: one table of keys, which the help shows too.
import { h } from './dom.js';

/** @type {readonly [keys: string, what: string][]} */
const HELP = [
  ['/', 'filter'],
  ['j k ↓ ↑', 'next, previous vassal'],
  ['PgDn PgUp Home End', 'further'],
  ['Enter', 'open it'],
  ['Esc', 'back; in the table: show all'],
  ['l c p', 'its log, config, plan'],
  ['s x', 'start, stop it'],
  ['r e', 'restart, reload it'],
  ['?', 'this list'],
];

/** @param {Record<string, (event: KeyboardEvent) => void>} keys */
export function listenToKeys(keys) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyping = target.matches('input, select, textarea');
    if (
      isTyping &&
      !(event.key === 'Escape' || (event.key === 'ArrowDown' && target.matches('[type=search]')))
    ) {
      if (event.key !== 'Enter' || !target.matches('#search')) return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // A button has its own Enter.
    if (key === 'Enter' && target.closest('a, button')) return;
    const act = keys[key];
    if (act === undefined) return;
    event.preventDefault();
    act(event);
  });
}

export function showHelp() {
  const close = h('button', { type: 'button', class: 'main', onclick: () => dialog.close() }, 'Close');
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      'dialog',
      { 'aria-labelledby': 'dialog-title' },
      h('h2', { id: 'dialog-title' }, 'Keys'),
      h(
        'dl',
        { class: 'keys' },
        ...HELP.flatMap(([keys, what]) => [
          h('dt', {}, ...keys.split(' ').map((key) => h('kbd', {}, key))),
          h('dd', {}, what),
        ]),
      ),
      h('div', { class: 'buttons' }, close),
    )
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
