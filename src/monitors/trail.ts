// Keeps watching whatever a path leads over: the target of a link, a directory in which a file is still to be made.
import { dirname } from 'node:path';
import type { Disk } from './disk.ts';
import type { Interested, Interests } from './interests.ts';
import { lookouts } from './lookouts.ts';
import { type Sighting, sight } from './sight.ts';
import type { Watches } from './watches.ts';

export interface TrailParts {
  readonly disk: Disk;
  readonly interests: Interests;
  readonly watches: Watches;
  readonly nofollow: boolean;
}

export class Trail implements Interested {
  readonly hinted: () => void;
  readonly #path: string;
  readonly #parts: TrailParts;
  /** Of what was there when the trail was last walked; undefined: something was missing, which may be less by now. */
  #key: string | undefined;

  constructor(path: string, parts: TrailParts, hinted: () => void) {
    this.#path = path;
    this.#parts = parts;
    this.hinted = hinted;
  }

  /** Looks again if the trail was new: what came before the watches were there has been missed. */
  async follow(sighting: Sighting): Promise<Sighting> {
    const key = keyOf(sighting);
    if (key !== undefined && key === this.#key) return sighting;
    await this.walk();
    this.#key = key;
    return sight(this.#path, this.#parts.nofollow, this.#parts.disk);
  }

  async walk(): Promise<void> {
    const { interests, watches } = this.#parts;
    const entries = await lookouts(this.#path);
    interests.set(this, entries);
    await Promise.all(entries.map((entry) => watches.arm(dirname(entry))));
  }

  drop(): void {
    this.#parts.interests.drop(this);
    this.#key = undefined;
  }
}

function keyOf(sighting: Sighting): string | undefined {
  if (sighting.kind !== 'there') return undefined;
  const { entry, target } = sighting;
  return `${entry.dev}:${entry.ino}:${entry.ctimeNs}:${target.dev}:${target.ino}`;
}
