// Which vassals are made of which file: one of its name, or with `instances` as many as it says, NAME:1 and so on.

export interface Resized {
  /** Those that the file has no more. */
  readonly gone: readonly string[];
  /** Names that another file has already. */
  readonly taken: readonly string[];
  /** Those that it had before, if it is another number of them now. */
  readonly kept: readonly string[];
}

export function instanceName(file: string, instance: number): string {
  return `${file}:${instance}`;
}

/** For a daemon that takes the place of this one. */
export interface FamiliesRecord {
  readonly members: readonly (readonly [string, readonly string[]])[];
  readonly lacking: readonly (readonly [string, string])[];
}

export class Families {
  /** By the name of the file. */
  readonly #members = new Map<string, readonly string[]>();
  readonly #owners = new Map<string, string>();
  /** Who waits for a name that another one has. */
  readonly #lacking = new Map<string, string>();

  get record(): FamiliesRecord {
    return { members: [...this.#members], lacking: [...this.#lacking] };
  }

  resume({ members, lacking }: FamiliesRecord): void {
    for (const [file, names] of members) {
      this.#members.set(file, names);
      for (const name of names) this.#owners.set(name, file);
    }
    for (const [name, file] of lacking) this.#lacking.set(name, file);
  }

  membersOf(file: string): readonly string[] {
    return this.#members.get(file) ?? [];
  }

  /** Undefined: no file has a vassal of that name. */
  ownerOf(name: string): string | undefined {
    return this.#owners.get(name);
  }

  /** From now on `names` are what is made of the file. */
  settle(file: string, names: readonly string[]): Resized {
    const before = this.membersOf(file);
    const taken = names.filter((name) => (this.#owners.get(name) ?? file) !== file);
    for (const name of taken) this.#lacking.set(name, file);
    const members = names.filter((name) => !taken.includes(name));
    const gone = before.filter((name) => !members.includes(name));
    for (const name of gone) this.#owners.delete(name);
    for (const name of members) this.#owners.set(name, file);
    this.#members.set(file, members);
    const kept = before.length === members.length ? [] : members.filter((name) => before.includes(name));
    return { gone, taken, kept };
  }

  /** The file is gone. Gives back whose vassals those were. */
  drop(file: string): readonly string[] {
    const members = this.membersOf(file);
    for (const name of members) this.#owners.delete(name);
    this.#members.delete(file);
    for (const [name, lacking] of this.#lacking) if (lacking === file) this.#lacking.delete(name);
    return members;
  }

  /** `name` is free again: the file that would have it, if there is one. */
  lacking(name: string): string | undefined {
    const file = this.#lacking.get(name);
    this.#lacking.delete(name);
    return file;
  }
}
