// What is known of the vassals at this moment: the rows of the table, and what they used of cpu and memory in the last minutes.

/**
 * @typedef {import('../src/emperor/overview/row.ts').Row} Row
 * @typedef {import('../src/emperor/overview/sampler.ts').Round & { troubles: string[] }} Round
 * @typedef {import('../src/emperor/overview/sampler.ts').Sample} Sample
 * @typedef {{ now: number, troubles: string[] }} Begin
 * @typedef {{ rows: Row[], samples: Record<string, Sample[]> }} Part
 * @typedef {import('../src/control/dashboard/viewer.ts').Changes} Changes
 * @typedef {{ cpu: (number | null)[], memory: (number | null)[] }} Track
 */

/** As the daemon keeps them. */
export const ROUNDS = 60;

export class Store {
  /** @type {Map<string, Row>} */
  rows = new Map();
  /** @type {Map<string, Track>} */
  tracks = new Map();
  /** @type {readonly string[]} */
  troubles = [];
  /** The daemon's clock less ours, in seconds. */
  skew = 0;
  /** @type {Part[]} */
  #parts = [];

  /** The daemon's Unix seconds. */
  get now() {
    return Date.now() / 1000 + this.skew;
  }

  /** All is told anew, in parts. @param {Begin} begin */
  begin({ now, troubles }) {
    this.skew = now - Date.now() / 1000;
    this.troubles = troubles;
    this.#parts = [];
  }

  /** @param {Part} part */
  part(part) {
    this.#parts.push(part);
  }

  end() {
    const parts = this.#parts.splice(0);
    this.rows = new Map(parts.flatMap(({ rows }) => rows).map((row) => [row.name, row]));
    this.tracks = new Map(
      parts.flatMap(({ samples }) =>
        Object.entries(samples).map(([name, all]) => [
          name,
          { cpu: all.map(([cpu]) => cpu), memory: all.map(([, memory]) => memory) },
        ]),
      ),
    );
  }

  /** @param {Changes} changes */
  change({ rows, gone, troubles }) {
    this.troubles = troubles;
    for (const row of rows) this.rows.set(row.name, row);
    for (const name of gone) {
      this.rows.delete(name);
      this.tracks.delete(name);
    }
  }

  /** @param {Round} round */
  sample({ changed, troubles }) {
    this.troubles = troubles;
    for (const name of this.rows.keys()) {
      const track = this.track(name);
      const [cpu, memory] = changed[name] ?? [track.cpu.at(-1) ?? null, track.memory.at(-1) ?? null];
      push(track.cpu, cpu);
      push(track.memory, memory);
    }
  }

  /** @param {string} name @returns {Track} */
  track(name) {
    const present = this.tracks.get(name);
    if (present) return present;
    const track = { cpu: [], memory: [] };
    this.tracks.set(name, track);
    return track;
  }

  /** @param {string} name @param {'cpu' | 'memory'} what @returns {number | null} */
  latest(name, what) {
    return this.tracks.get(name)?.[what].at(-1) ?? null;
  }

  /** @returns {Record<string, number>} */
  counts() {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const { state, error } of this.rows.values()) {
      counts[state] = (counts[state] ?? 0) + 1;
      if (error && state !== 'invalid') counts['bad-file'] = (counts['bad-file'] ?? 0) + 1;
    }
    return counts;
  }
}

/** @param {(number | null)[]} list @param {number | null} value */
function push(list, value) {
  list.push(value);
  if (list.length > ROUNDS) list.shift();
}
