// Asks for the token. It goes to the daemon once, and is kept nowhere: a cookie that no script can read holds from then on.
import { ask, Refused } from './connection.js';
import { h, setText } from './dom.js';

/** @param {() => void} done */
export function loginView(done) {
  const input = /** @type {HTMLInputElement} */ (
    h('input', {
      type: 'password',
      id: 'token',
      autocomplete: 'current-password',
      required: true,
      'aria-describedby': 'login-says',
    })
  );
  const button = /** @type {HTMLButtonElement} */ (h('button', { type: 'submit', class: 'main' }, 'Log in'));
  const says = h('p', { id: 'login-says', class: 'says', role: 'alert' });
  const form = h(
    'form',
    { class: 'login' },
    h('h1', {}, 'Control centre'),
    h('label', { for: 'token' }, 'Token'),
    input,
    says,
    button,
    h('p', { class: 'muted' }, 'It is the ', h('code', {}, 'http-token'), ' of the daemon’s config.'),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    setText(says, '');
    try {
      await ask('v1/login', { method: 'POST', body: JSON.stringify({ token: input.value }) });
      done();
    } catch (error) {
      setText(says, error instanceof Refused ? error.message : 'the daemon does not answer');
      input.select();
    } finally {
      button.disabled = false;
    }
  });
  return { element: form, focus: () => input.focus() };
}
