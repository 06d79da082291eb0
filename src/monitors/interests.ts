// Who wants to know when something happens to an entry of a directory that is not simply one of the configs.

export interface Interested {
  hinted(): void;
}

export class Interests {
  /** Keyed by the entry's absolute path. */
  readonly #owners = new Map<string, Set<Interested>>();
  readonly #entries = new Map<Interested, readonly string[]>();

  get entries(): Iterable<string> {
    return this.#owners.keys();
  }

  /** Replaces what `owner` was interested in. */
  set(owner: Interested, entries: readonly string[]): void {
    this.drop(owner);
    this.#entries.set(owner, entries);
    for (const entry of entries) {
      const owners = this.#owners.get(entry);
      if (owners) owners.add(owner);
      else this.#owners.set(entry, new Set([owner]));
    }
  }

  drop(owner: Interested): void {
    for (const entry of this.#entries.get(owner) ?? []) {
      const owners = this.#owners.get(entry);
      owners?.delete(owner);
      if (owners?.size === 0) this.#owners.delete(entry);
    }
    this.#entries.delete(owner);
  }

  /** Something happened to `entry`. */
  hint(entry: string): void {
    for (const owner of this.#owners.get(entry) ?? []) owner.hinted();
  }
}
