// Who there is, of which files, and who among them waits for whom.
import { Families, type FamiliesRecord } from './families.ts';
import type { Loaded } from './load.ts';
import { withoutCycle } from './members.ts';
import { leavingOrder, StartOrder } from './order.ts';
import type { Vassal } from './vassal.ts';

/** For a daemon that takes the place of this one. */
export interface RollRecord {
  readonly families: FamiliesRecord;
  readonly circular: readonly string[];
}

export class Roll {
  readonly families = new Families();
  readonly order: StartOrder;
  readonly #vassals: ReadonlyMap<string, Vassal>;
  /** Files that were refused because they would have vassals wait for one another. */
  readonly #circular = new Set<string>();

  constructor(vassals: ReadonlyMap<string, Vassal>, log: (vassal: string, message: string) => void) {
    this.#vassals = vassals;
    this.order = new StartOrder((name) => this.#named(name), log);
  }

  get record(): RollRecord {
    return { families: this.families.record, circular: [...this.#circular] };
  }

  resume({ families, circular }: RollRecord): void {
    this.families.resume(families);
    for (const file of circular) this.#circular.add(file);
  }

  /** What was loaded of a file, or what is wrong with it beside others. */
  inOrder(file: string, loaded: Loaded): Loaded {
    const fileOf = (name: string) => this.families.ownerOf(name) ?? name;
    const after = (other: string) =>
      this.#named(other).flatMap(({ wanted }) => wanted?.after.map(({ value }) => fileOf(value)) ?? []);
    const checked = withoutCycle(file, loaded, after, fileOf);
    if (checked === loaded) this.#circular.delete(file);
    else this.#circular.add(file);
    return checked;
  }

  /** Now that `file` has another text: whose may be good now, too. */
  mended(file: string): readonly string[] {
    return this.#circular.has(file) ? [] : [...this.#circular];
  }

  forget(file: string): readonly string[] {
    this.#circular.delete(file);
    return this.families.drop(file);
  }

  /** Whom each waits for when all are to go. */
  leaving(): ReadonlyMap<Vassal, readonly Vassal[]> {
    const formers = ({ wanted }: Vassal) => wanted?.after.flatMap(({ value }) => this.#named(value)) ?? [];
    return leavingOrder([...this.#vassals.values()], formers);
  }

  /** A vassal, or all that are made of one file. */
  #named(name: string): readonly Vassal[] {
    const vassal = this.#vassals.get(name);
    if (vassal) return [vassal];
    return this.families.membersOf(name).flatMap((member) => this.#vassals.get(member) ?? []);
  }
}
