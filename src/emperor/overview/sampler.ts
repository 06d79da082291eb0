// What all vassals use of cpu and memory, every other second and only while somebody looks: an idle daemon does not wake up
// for it. Rounds that take long come more seldom.
import type { CgroupUsage } from '../../system/cgroup-usage.ts';

/** Of all vassals by their names; undefined: nothing of it runs. */
export type Look = () => Promise<ReadonlyMap<string, CgroupUsage | undefined>>;

/** Thousandths of a processor, KiB; null: not known, or nothing runs. */
export type Sample = readonly [cpu: number | null, memory: number | null];

export interface Round {
  /** Unix seconds. */
  readonly at: number;
  /** Those that are not what they were in the round before. */
  readonly changed: Readonly<Record<string, Sample>>;
}

export const ROUNDS_KEPT = 60;
const PERIOD_MS = 2000;
/** A round takes at most such a part of the time. */
const SHARE = 10;
const NOTHING: Sample = [null, null];

interface Track {
  cpuUsec: number | null;
  at: number;
  readonly samples: Sample[];
}

export class Sampler {
  readonly #look: Look;
  readonly #listeners = new Set<(round: Round) => void>();
  readonly #tracks = new Map<string, Track>();
  #timer: NodeJS.Timeout | undefined;
  /** Grows with every end of looking: a round of before is dropped. */
  #watch = 0;

  constructor(look: Look) {
    this.#look = look;
  }

  /** The newest last; those that came later have fewer. */
  of(name: string): readonly Sample[] {
    return this.#tracks.get(name)?.samples ?? [];
  }

  /** Returns the way to end it. */
  listen(heard: (round: Round) => void): () => void {
    const listener = (round: Round) => heard(round);
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#round(this.#watch);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#rest();
    };
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#watch++;
    this.#tracks.clear();
  }

  async #round(watch: number): Promise<void> {
    const begun = performance.now();
    const used = await this.#look();
    if (watch !== this.#watch) return;
    const changed = [...used].flatMap(([name, usage]) => {
      const sample = this.#sample(name, usage);
      return sample ? [[name, sample] as const] : [];
    });
    for (const name of this.#tracks.keys()) if (!used.has(name)) this.#tracks.delete(name);
    this.#tell({ at: Date.now() / 1000, changed: Object.fromEntries(changed) });
    const pause = Math.max(PERIOD_MS, (performance.now() - begun) * SHARE);
    this.#timer = setTimeout(() => void this.#round(watch), pause);
  }

  /** Undefined: it is what it was. */
  #sample(name: string, usage: CgroupUsage | undefined): Sample | undefined {
    const track = this.#trackOf(name);
    const now = performance.now();
    const sample: Sample = usage
      ? [perMille(track, usage.cpuUsec, now), kibibytes(usage.memoryBytes)]
      : NOTHING;
    track.cpuUsec = usage?.cpuUsec ?? null;
    track.at = now;
    const last = track.samples.at(-1) ?? NOTHING;
    track.samples.push(sample);
    if (track.samples.length > ROUNDS_KEPT) track.samples.shift();
    return sample[0] === last[0] && sample[1] === last[1] ? undefined : sample;
  }

  #trackOf(name: string): Track {
    const present = this.#tracks.get(name);
    if (present) return present;
    const track: Track = { cpuUsec: null, at: 0, samples: [] };
    this.#tracks.set(name, track);
    return track;
  }

  #tell(round: Round): void {
    for (const listener of [...this.#listeners]) listener(round);
  }
}

/** Null at first: there is nothing to compare with. A new jail begins at nought again. */
function perMille(track: Track, cpuUsec: number | null, now: number): number | null {
  if (cpuUsec === null || track.cpuUsec === null || cpuUsec < track.cpuUsec) return null;
  return Math.round((cpuUsec - track.cpuUsec) / (now - track.at));
}

function kibibytes(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(bytes / 1024);
}
