// The page of one vassal: what it is doing, what it uses, its log, config and plan, and what can be done with it.
import { act, isPossible, VERBS } from './actions.js';
import { Chart } from './chart.js';
import { configView } from './config.js';
import { ask, Refused, vassalPath } from './connection.js';
import { h, setAttribute, setText } from './dom.js';
import { LogView } from './log.js';
import { TABS, vassalHash } from './place.js';
import { planView } from './plan.js';
import { clock, cpu, duration, LOOKS, memory, phrase, visible } from './words.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Row} Row */
/** @typedef {import('./place.js').VassalPlace} VassalPlace */
/** @typedef {import('../src/control/protocol.ts').VassalStatus} VassalStatus */
/** @typedef {keyof typeof VERBS} Verb */

const LEAST_CPU = 100;
const LEAST_MEMORY = 16 * 1024;
const UP = ['starting', 'running', 'reloading', 'stopping'];
const GONE = 'This vassal is gone: its file was removed.';
const NOBODY = 'No vassal has this name: there is no such file in a directory that the daemon watches.';
const TITLES = { log: 'Log', config: 'Config', plan: 'Plan' };
const SPACES = /** @type {const} */ (['mnt', 'pid', 'net', 'ipc', 'uts', 'user', 'cgroup', 'time']);

export class VassalView {
  name;
  #store;
  #mayAct;
  #tab = '';
  /** @type {number | null} */
  #marked = null;
  /** @type {LogView | undefined} */
  #log;
  /** @type {VassalStatus | undefined} */
  #status;
  #asked = 0;
  #glyph = h('span', { class: 'glyph', 'aria-hidden': 'true' });
  #state = h('span', {});
  #phrase = h('bdi', { class: 'phrase' });
  #buttons;
  #facts = h('dl', { class: 'facts' });
  #spaces = h('ul', { class: 'space-list', 'aria-label': 'Namespaces' });
  #cpu = new Meter('CPU', 'cpu', LEAST_CPU, cpu);
  #memory = new Meter('Memory', 'memory', LEAST_MEMORY, memory);
  #tabs;
  #panel = h('div', { class: 'panel', role: 'tabpanel', id: 'panel' });
  #wasThere = false;
  #gone = h('p', { class: 'banner', 'data-tone': 'warn', hidden: true });
  #meters = h('div', { class: 'meters' }, this.#cpu.element, this.#memory.element);

  /** @param {string} name @param {Store} store @param {boolean} mayAct */
  constructor(name, store, mayAct) {
    this.name = name;
    this.#store = store;
    this.#mayAct = mayAct;
    this.#buttons = new Map(
      /** @type {Verb[]} */ (Object.keys(VERBS)).map((verb) => [
        verb,
        /** @type {HTMLButtonElement} */ (
          h(
            'button',
            { type: 'button', 'aria-keyshortcuts': VERBS[verb].key, onclick: () => this.act(verb) },
            VERBS[verb].title,
          )
        ),
      ]),
    );
    this.#tabs = new Map(
      TABS.map((tab) => [
        tab,
        h('a', { role: 'tab', href: vassalHash(name, tab), 'aria-controls': 'panel' }, TITLES[tab]),
      ]),
    );
    this.element = h(
      'article',
      { class: 'vassal', 'aria-labelledby': 'vassal-name' },
      h('a', { class: 'back', href: '#/' }, '← all vassals'),
      this.#gone,
      h(
        'div',
        { class: 'title' },
        h('h1', { id: 'vassal-name', tabindex: '-1' }, h('bdi', {}, visible(name))),
        h('span', { class: 'badge' }, this.#glyph, this.#state),
        h('span', { class: 'grow' }),
        h(
          'div',
          { class: 'buttons', role: 'group', 'aria-label': 'Actions', hidden: !mayAct },
          ...this.#buttons.values(),
        ),
      ),
      h('p', { class: 'lead' }, this.#phrase),
      this.#meters,
      this.#facts,
      this.#spaces,
      h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'More' }, ...this.#tabs.values()),
      this.#panel,
    );
  }

  /** @param {VassalPlace} place */
  enter({ tab, line }) {
    this.refresh();
    void this.#load();
    this.#marked = line;
    this.show(tab, line);
  }

  leave() {
    this.#log?.close();
  }

  /** @param {string} tab @param {number | null} [line] */
  show(tab, line = null) {
    this.#tab = tab;
    this.#marked = line;
    for (const [each, element] of this.#tabs) {
      element.setAttribute('aria-selected', String(each === tab));
      if (each === tab) this.#panel.setAttribute('aria-label', TITLES[each]);
    }
    this.#log?.close();
    this.#log = undefined;
    if (tab !== 'log') return void this.#loadPanel(true);
    this.#log = new LogView(this.name);
    this.#panel.replaceChildren(this.#log.element);
    this.#log.open();
  }

  /** Its row changed. */
  refresh() {
    const row = this.#store.rows.get(this.name);
    this.#wasThere ||= row !== undefined;
    this.#gone.hidden = row !== undefined;
    setText(this.#gone, this.#wasThere ? GONE : NOBODY);
    this.element.classList.toggle('nobody', !this.#wasThere);
    for (const [verb, button] of this.#buttons) button.disabled = row === undefined || !isPossible(verb, row);
    if (row === undefined) return;
    const { glyph, tone } = LOOKS[row.state] ?? { glyph: '?', tone: 'off' };
    setText(this.#glyph, glyph);
    setText(this.#state, row.state);
    setAttribute(this.element, 'data-tone', tone);
    this.tick();
    this.sample();
  }

  /** Something happened to it: what is not in its row may be another one too. */
  changed() {
    this.refresh();
    void this.#load();
    if (this.#tab !== 'log') void this.#loadPanel(false);
  }

  tick() {
    const row = this.#store.rows.get(this.name);
    if (row) setText(this.#phrase, visible(phrase(row, this.#store.now)));
  }

  sample() {
    const track = this.#store.track(this.name);
    this.#cpu.draw(track.cpu);
    this.#memory.draw(track.memory);
    // Nothing runs, and nothing did for as long as the charts go back.
    const isUp = UP.includes(this.#store.rows.get(this.name)?.state ?? '');
    this.#meters.hidden = !isUp && [...track.cpu, ...track.memory].every((value) => value === null);
  }

  /** A few seconds have passed. */
  poll() {
    void this.#load();
  }

  /** @param {Verb} verb */
  act(verb) {
    const row = this.#store.rows.get(this.name);
    if (row && this.#mayAct && isPossible(verb, row)) void act(verb, row);
  }

  async #load() {
    const turn = ++this.#asked;
    const status = await ask(vassalPath(this.name)).catch(() => undefined);
    if (turn !== this.#asked || status === undefined) return;
    this.#status = status;
    this.#showFacts(status);
    this.#showSpaces(status);
  }

  /** @param {boolean} anew */
  async #loadPanel(anew) {
    const tab = this.#tab;
    if (anew) this.#panel.replaceChildren(h('p', { class: 'muted' }, 'Loading …'));
    try {
      const page = await ask(vassalPath(this.name, `/${tab}`));
      if (this.#tab !== tab) return;
      const source = this.#status?.source ?? (await ask(vassalPath(this.name))).source;
      const view = tab === 'config' ? configView(page, this.#marked) : planView(page, this.name, source);
      this.#panel.replaceChildren(view);
      if (anew) view.querySelector('.marked')?.scrollIntoView({ block: 'center' });
    } catch (error) {
      const why = error instanceof Refused ? error.message : 'The daemon does not answer.';
      if (anew && this.#tab === tab) this.#panel.replaceChildren(h('p', { class: 'muted' }, visible(why)));
    }
  }

  /** @param {VassalStatus} status */
  #showFacts(status) {
    const { pid, uid, gid, generation, restarts, pids, startUsec, lastExit, sockets, after, cgroup, source } =
      status;
    /** @type {[string, string | null][]} */
    const facts = [
      ['Process', pid === null ? null : `${pid}${pids !== null && pids > 1 ? `, ${pids} in all` : ''}`],
      ['User', uid === null ? null : `${uid}:${gid ?? '–'}`],
      ['Restarts', `${restarts}${generation > 1 ? `, generation ${generation}` : ''}`],
      ['Started in', startUsec === null ? null : `${(startUsec / 1000).toFixed(1)} ms`],
      ['CPU time', status.cpuUsec === null ? null : duration(status.cpuUsec / 1e6)],
      ['Last exit', lastExit === null ? null : `${lastExit.message} (${clock(lastExit.at)})`],
      ['Waits for', status.waitingFor],
      ['Sockets', sockets.join('\n') || null],
      ['Starts after', after.join(', ') || null],
      ['File', source],
      ['Cgroup', cgroup],
      ...Object.entries(status.attributes),
    ];
    const shown = facts.filter(([, value]) => value !== null);
    this.#facts.replaceChildren(
      ...shown.map(([title, value]) =>
        h(
          'div',
          { class: (value ?? '').length > 22 ? 'wide' : '' },
          h('dt', {}, visible(title)),
          h('dd', {}, h('bdi', {}, multiline(value ?? ''))),
        ),
      ),
    );
  }

  /** @param {VassalStatus} status */
  #showSpaces({ namespaces, state }) {
    // What it will have is in a file that cannot be read.
    this.#spaces.hidden = namespaces === null && state === 'invalid';
    const own = this.#store.rows.get(this.name)?.namespaces ?? [];
    this.#spaces.replaceChildren(
      ...SPACES.map((space) => {
        const isOwn = own.includes(space);
        const inode = namespaces?.[space];
        return h(
          'li',
          { class: isOwn ? 'own' : '', title: inode ? `${space}:[${inode}]` : null },
          space,
          h('span', {}, isOwn ? 'own' : 'shared'),
        );
      }),
    );
  }
}

class Meter {
  #chart;
  #value = h('b', {});
  #top = h('span', { class: 'muted' });
  #words;

  /** @param {string} title @param {string} kind @param {number} least @param {(value: number | null) => string} words */
  constructor(title, kind, least, words) {
    this.#words = words;
    this.#chart = new Chart(kind, least);
    this.element = h(
      'figure',
      { class: 'meter' },
      h('figcaption', {}, title, ' ', this.#value, h('span', { class: 'grow' }), this.#top),
    );
    this.element.append(this.#chart.element);
  }

  /** @param {readonly (number | null)[]} values */
  draw(values) {
    const top = this.#chart.draw(values);
    setText(this.#value, this.#words(values.at(-1) ?? null));
    setText(this.#top, `2 min, up to ${this.#words(top)}`);
  }
}

/** @param {string} text */
function multiline(text) {
  return text.split('\n').map(visible).join(' · ');
}
