// Where the page is, as its address says it: `#/?q=web&state=failed&sort=-cpu`, `#/vassal/web/config/4`.

/**
 * @typedef {{ view: 'list', query: string, states: string[], sort: string }} ListPlace
 * @typedef {{ view: 'vassal', name: string, tab: string, line: number | null }} VassalPlace
 */

export const TABS = /** @type {const} */ (['log', 'config', 'plan']);

/** @returns {ListPlace | VassalPlace} */
export function currentPlace() {
  const [path = '', search = ''] = location.hash.slice(1).split('?', 2);
  const [, view, name, tab = '', line = ''] = path.split('/');
  if (view === 'vassal' && name) {
    const known = TABS.find((each) => each === tab) ?? 'log';
    return {
      view: 'vassal',
      name: decoded(name),
      tab: known,
      line: /^\d+$/.test(line) ? Number(line) : null,
    };
  }
  const query = new URLSearchParams(search);
  return {
    view: 'list',
    query: query.get('q') ?? '',
    states: (query.get('state') ?? '').split(',').filter(Boolean),
    sort: query.get('sort') ?? 'name',
  };
}

/** @param {Omit<ListPlace, 'view'>} place */
export function listHash({ query, states, sort }) {
  const search = new URLSearchParams();
  if (query) search.set('q', query);
  if (states.length > 0) search.set('state', states.join(','));
  if (sort !== 'name') search.set('sort', sort);
  const text = search.toString().replaceAll('%2C', ',');
  return `#/${text ? `?${text}` : ''}`;
}

/** @param {string} name @param {string} [tab] @param {number | null} [line] */
export function vassalHash(name, tab = 'log', line = null) {
  return `#/vassal/${encodeURIComponent(name)}${tab === 'log' ? '' : `/${tab}`}${line === null ? '' : `/${line}`}`;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
