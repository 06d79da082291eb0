// The page's line to the daemon. It is taken up again whenever it breaks, and given up while nobody looks, so that an idle daemon
// can sleep.

/** @typedef {'connecting' | 'live' | 'lost' | 'asleep'} LineState */
/** @typedef {import('../src/control/dashboard/session.ts').Session} Session */

const FIRST_MS = 500;
const LONGEST_MS = 5000;
const UNSEEN_MS = 20_000;

export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function ask(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: { 'x-tsjail': '1', ...options.headers },
    cache: 'no-store',
  });
  const body = await response.json().catch(() => undefined);
  // What an action says that failed is an answer.
  if (response.ok || (response.status === 409 && body)) return body;
  throw new Refused(response.status, body?.error?.message ?? `the daemon answers ${response.status}`);
}

/** @param {string} name @param {string} [rest] */
export function vassalPath(name, rest = '') {
  return `v1/vassals/${encodeURIComponent(name)}${rest}`;
}

export class Line {
  /** @type {EventSource | undefined} */
  #source;
  #pause = FIRST_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #unseen;
  #handlers;
  #wanted = false;

  /**
   * @param {{ path: string, events: Record<string, (data: any) => void>, state?: (state: LineState, retryMs: number) => void,
   *   opened?: () => void, refused?: () => void }} handlers `refused`: one has to log in first
   */
  constructor(handlers) {
    this.#handlers = handlers;
    this.onVisibility = () => this.#look();
  }

  open() {
    this.#wanted = true;
    document.addEventListener('visibilitychange', this.onVisibility);
    this.#connect();
  }

  close() {
    this.#wanted = false;
    document.removeEventListener('visibilitychange', this.onVisibility);
    clearTimeout(this.#unseen);
    this.#drop();
  }

  /** Tries at once. */
  hurry() {
    if (this.#source?.readyState === EventSource.OPEN || !this.#wanted) return;
    this.#pause = FIRST_MS;
    this.#connect();
  }

  #connect() {
    this.#drop();
    this.#handlers.state?.('connecting', 0);
    const source = new EventSource(this.#handlers.path);
    this.#source = source;
    source.onopen = () => {
      this.#pause = FIRST_MS;
      this.#handlers.opened?.();
      this.#handlers.state?.('live', 0);
    };
    source.onerror = () => {
      if (source === this.#source) void this.#lost();
    };
    for (const [event, heard] of Object.entries(this.#handlers.events))
      source.addEventListener(event, (message) =>
        heard(JSON.parse(/** @type {MessageEvent} */ (message).data)),
      );
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  async #lost() {
    this.#drop();
    const pause = this.#pause;
    this.#pause = Math.min(LONGEST_MS, pause * 2);
    this.#handlers.state?.('lost', pause);
    this.#timer = setTimeout(() => this.#connect(), pause);
    // A stream does not tell why it was refused.
    const session = /** @type {Session | undefined} */ (await ask('v1/session').catch(() => undefined));
    if (session && !session.known && this.#wanted) {
      this.close();
      this.#handlers.refused?.();
    }
  }

  #look() {
    clearTimeout(this.#unseen);
    if (document.visibilityState === 'hidden') {
      this.#unseen = setTimeout(() => {
        this.#drop();
        this.#handlers.state?.('asleep', 0);
      }, UNSEEN_MS);
    } else if (this.#source === undefined) this.#connect();
  }
}
