// Numbers, times and states in words, and text of strangers made harmless to the eye.

/** @typedef {import('./store.js').Row} Row */

/** Most urgent first: the order of chips, and of the table by state. */
export const STATES = /** @type {const} */ ([
  'failed',
  'invalid',
  'backoff',
  'starting',
  'reloading',
  'stopping',
  'running',
  'waiting',
  'exited',
  'stopped',
]);

/** @type {Readonly<Record<string, { glyph: string, tone: string }>>} */
export const LOOKS = {
  failed: { glyph: '×', tone: 'bad' },
  invalid: { glyph: '!', tone: 'bad' },
  backoff: { glyph: '↻', tone: 'warn' },
  starting: { glyph: '◐', tone: 'busy' },
  reloading: { glyph: '↻', tone: 'busy' },
  stopping: { glyph: '◐', tone: 'busy' },
  running: { glyph: '●', tone: 'good' },
  waiting: { glyph: '○', tone: 'off' },
  exited: { glyph: '○', tone: 'off' },
  stopped: { glyph: '○', tone: 'off' },
};

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]/gu;

/**
 * Characters that cannot be seen, or that turn the order of others around, as their codes.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(UNSEEN, (char) =>
    char === '\t' ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
  const days = Math.floor(hours / 24);
  return `${days} d${hours % 24 && days < 10 ? ` ${hours % 24} h` : ''}`;
}

/** @param {number | null} kib */
export function memory(kib) {
  if (kib === null) return '–';
  if (kib < 1000) return `${kib} KiB`;
  const mib = kib / 1024;
  if (mib < 1000) return `${mib < 10 ? mib.toFixed(1) : Math.round(mib)} MiB`;
  return `${(mib / 1024).toFixed(1)} GiB`;
}

/** @param {number | null} perMille of one processor */
export function cpu(perMille) {
  if (perMille === null) return '–';
  return perMille < 1000 ? `${(perMille / 10).toFixed(1)}%` : `${Math.round(perMille / 10)}%`;
}

/** @param {number} unix seconds */
export function clock(unix) {
  const date = new Date(unix * 1000);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString([], { hour12: false })
    : date.toLocaleString([], { hour12: false });
}

/**
 * What there is to say of a vassal in one phrase.
 * @param {Row} row
 * @param {number} now Unix seconds, as the daemon has them
 */
export function phrase(row, now) {
  const said = row.statusText ? ` · ${row.statusText}` : '';
  const last = row.lastExit?.brief ?? '';
  const next = row.nextStart === null ? '' : `next start in ${duration(row.nextStart - now)}`;
  const waiting = row.waitingFor ? `waiting for ${row.waitingFor}` : '';
  const since = duration(now - row.since);
  switch (row.state) {
    case 'running':
      return `up ${since}${said}`;
    case 'backoff':
      return [last, next].filter(Boolean).join(', ');
    case 'waiting':
      return next || waiting || 'waits until somebody connects';
    case 'starting':
      return waiting || `for ${since}`;
    case 'stopped':
      return row.held ? `stopped by an operator ${since} ago` : `stopped ${since} ago`;
    case 'failed':
      return `start limit reached${last ? `: ${last}` : ''}, ${since} ago`;
    case 'exited':
      return last ? `${last}, ${since} ago` : `${since} ago`;
    case 'invalid':
      return row.error ? `${fileName(row.error.place)}: ${row.error.text}` : 'its config is bad';
    default:
      return `for ${since}${said}`;
  }
}

/** @param {string} path */
export function fileName(path) {
  return path.slice(path.lastIndexOf('/') + 1);
}
