// Puts the page together: the line to the daemon, the views, the keys, the colours.
import { toast } from './actions.js';
import { showProblems } from './banner.js';
import { ask, Line } from './connection.js';
import { byId, setText } from './dom.js';
import { listenToKeys, showHelp } from './keys.js';
import { ListView } from './list.js';
import { loginView } from './login.js';
import { currentPlace, TABS, vassalHash } from './place.js';
import { Store } from './store.js';
import { VassalView } from './vassal.js';
import { phrase, visible } from './words.js';

/** @typedef {import('../src/control/dashboard/session.ts').Session} Session */

/** Rounds of samples between two looks at what is not in them. */
const POLL_ROUNDS = 3;
const MOST_NEWS = 3;
const THEMES = ['', 'light', 'dark'];

const store = new Store();
const list = new ListView(store);
const main = byId('main');
/** @type {VassalView | undefined} */
let vassal;
/** Where the list was left. */
let listHash = '#/';
let listTop = 0;
let isReady = false;
let mayAct = false;
let rounds = 0;

const line = new Line({
  path: 'v1/overview',
  state: showLine,
  opened: () => void welcome(),
  refused: login,
  events: {
    begin: (begin) => {
      store.begin(begin);
      setText(byId('version'), begin.version);
    },
    part: (part) => store.part(part),
    end: () => {
      store.end();
      const wasReady = isReady;
      isReady = true;
      if (wasReady) showAll();
      else route();
    },
    changes: (changes) => {
      tellNews(changes.rows);
      store.change(changes);
      showProblems(store, vassal?.name);
      if (vassal === undefined) return list.refresh();
      const { name } = vassal;
      if (changes.rows.some((/** @type {{ name: string }} */ row) => row.name === name)) vassal.changed();
      else if (changes.gone.includes(name)) vassal.refresh();
    },
    round: (round) => {
      store.sample(round);
      showProblems(store, vassal?.name);
      if (vassal === undefined) return list.sample();
      vassal.sample();
      if (++rounds % POLL_ROUNDS === 0) vassal.poll();
    },
  },
});

function showAll() {
  showProblems(store, vassal?.name);
  if (vassal) vassal.changed();
  else list.refresh();
}

function route() {
  if (!isReady) return;
  const place = currentPlace();
  showProblems(store, place.view === 'vassal' ? place.name : undefined);
  if (place.view === 'vassal') {
    if (vassal?.name === place.name) return vassal.show(place.tab, place.line);
    if (vassal === undefined && list.element.isConnected) {
      listTop = scrollY;
      list.leave();
    }
    vassal?.leave();
    vassal = new VassalView(place.name, store, mayAct);
    main.replaceChildren(vassal.element);
    vassal.enter(place);
    document.title = `${visible(place.name)} · tsjail`;
    scrollTo({ top: 0 });
    vassal.element.querySelector('h1')?.focus({ preventScroll: true });
    return;
  }
  const from = vassal?.name;
  vassal?.leave();
  vassal = undefined;
  document.title = 'tsjail';
  listHash = location.hash || '#/';
  if (!list.element.isConnected) main.replaceChildren(list.element);
  list.enter(place);
  if (from !== undefined) {
    scrollTo({ top: listTop });
    list.reselect(from);
  }
}

/** @param {import('./connection.js').LineState} state @param {number} retryMs */
function showLine(state, retryMs) {
  const words = {
    connecting: isReady ? 'connecting again' : 'connecting',
    live: 'live',
    lost: `no connection, next try in ${Math.ceil(retryMs / 1000)} s`,
    asleep: 'asleep',
  };
  byId('live').dataset.state = state === 'connecting' && isReady ? 'lost' : state;
  setText(byId('live-text'), words[state]);
  document.body.classList.toggle('stale', isReady && state !== 'live');
}

async function welcome() {
  const session = /** @type {Session | undefined} */ (await ask('v1/session').catch(() => undefined));
  if (session === undefined) return;
  byId('logout').hidden = !session.hasLogin;
  byId('mode').hidden = !session.readOnly;
  setText(byId('mode'), 'read only');
  byId('mode').title = session.why ?? '';
  if (mayAct === !session.readOnly) return;
  mayAct = !session.readOnly;
  if (vassal) {
    const { name } = vassal;
    vassal.leave();
    vassal = undefined;
    const place = currentPlace();
    if (place.view === 'vassal' && place.name === name) route();
  }
}

function login() {
  vassal?.leave();
  vassal = undefined;
  list.leave();
  isReady = false;
  byId('banners').replaceChildren();
  byId('logout').hidden = true;
  byId('live').dataset.state = 'asleep';
  setText(byId('live-text'), 'not logged in');
  document.body.classList.remove('stale');
  const view = loginView(() => line.open());
  main.replaceChildren(view.element);
  view.focus();
}

/** For those who do not see it: what became of vassals. @param {import('./store.js').Row[]} rows */
function tellNews(rows) {
  const news = rows.filter((row) => store.rows.get(row.name)?.state !== row.state);
  const told = news
    .slice(0, MOST_NEWS)
    .map((row) => `${visible(row.name)}: ${row.state}, ${visible(phrase(row, store.now))}`);
  if (news.length > MOST_NEWS) told.push(`and ${news.length - MOST_NEWS} more`);
  if (told.length > 0) setText(byId('news'), told.join('; '));
}

/** @param {string} theme */
function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  byId('theme').title = `Colours: ${theme || 'as the system has them'}`;
}

function stored() {
  try {
    return localStorage.getItem('theme') ?? '';
  } catch {
    return '';
  }
}

function nextTheme() {
  const next =
    THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? '') + 1) % THEMES.length] ?? '';
  useTheme(next);
  toast('off', `Colours: ${next || 'as the system has them'}`, 1500);
  try {
    localStorage.setItem('theme', next);
  } catch {
    // It holds for this visit then.
  }
}

/** @param {number} by */
const move = (by) => () => {
  if (vassal === undefined) list.move(by);
};
const onVassal = (/** @type {(view: VassalView) => void} */ act) => () => {
  if (vassal) act(vassal);
};

listenToKeys({
  '/': () => (vassal ? undefined : list.search()),
  j: move(1),
  ArrowDown: move(1),
  k: move(-1),
  ArrowUp: move(-1),
  PageDown: () => move(list.page)(),
  PageUp: () => move(-list.page)(),
  Home: move(-1e9),
  End: move(1e9),
  Enter: () => (vassal ? undefined : list.open()),
  Escape: () => {
    if (vassal) location.hash = listHash;
    else list.back();
  },
  '?': showHelp,
  ...Object.fromEntries(
    TABS.map((tab) => [tab.charAt(0), onVassal(({ name }) => (location.hash = vassalHash(name, tab)))]),
  ),
  s: onVassal((view) => view.act('start')),
  x: onVassal((view) => view.act('stop')),
  r: onVassal((view) => view.act('restart')),
  e: onVassal((view) => view.act('reload')),
});

useTheme(stored());
byId('help').addEventListener('click', showHelp);
byId('theme').addEventListener('click', nextTheme);
byId('live').addEventListener('click', () => line.hurry());
byId('logout').addEventListener('click', async () => {
  await ask('v1/logout', { method: 'POST' }).catch(() => undefined);
  line.close();
  login();
});
addEventListener('hashchange', route);
setInterval(() => {
  if (document.visibilityState === 'hidden') return;
  if (vassal) vassal.tick();
  else list.tick();
}, 1000);
line.open();
