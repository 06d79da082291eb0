// `after`: a start waits for others. It waits for what may still come to be: one that is on its way up, waits to be restarted, has
// a bad text, or is not there (yet). One that was stopped, gave up or ended is not waited for, as with systemd's Wants=.
import type { Life } from './state.ts';
import type { Vassal } from './vassal.ts';
import type { VassalState } from './view.ts';

type Waited = Pick<Vassal, 'name' | 'state' | 'wanted'> & { readonly life: Pick<Life, 'held'> };

/** What a state means to those who come after. */
const MEANS: Readonly<Record<VassalState, 'wait' | 'go'>> = {
  invalid: 'wait',
  // Whoever calls it will be served.
  waiting: 'go',
  starting: 'wait',
  running: 'go',
  reloading: 'wait',
  backoff: 'wait',
  stopping: 'wait',
  stopped: 'go',
  failed: 'go',
  exited: 'go',
};

export class StartOrder<V extends Waited = Vassal> {
  /** All vassals of a name: one, none, or the instances of a file. */
  readonly #named: (name: string) => readonly V[];
  readonly #log: (vassal: string, message: string) => void;
  readonly #waiting = new Map<V, () => void>();

  constructor(named: (name: string) => readonly V[], log: (vassal: string, message: string) => void) {
    this.#named = named;
    this.#log = log;
  }

  /** `go` is called when it is its turn: at once, if that is now. */
  await(vassal: V, go: () => void): void {
    if (!this.#isClear(vassal)) {
      this.#waiting.set(vassal, go);
      this.#log(vassal.name, `waiting for ${this.waitingFor(vassal)}`);
    } else go();
  }

  /** It is not to start any more. */
  leave(vassal: V): void {
    this.#waiting.delete(vassal);
  }

  /** The operator says so. */
  release(vassal: V): void {
    const go = this.#waiting.get(vassal);
    this.#waiting.delete(vassal);
    go?.();
  }

  /** In words; null: it does not wait. */
  waitingFor(vassal: V): string | null {
    return this.#waiting.has(vassal) ? this.#blockers(vassal).join(', ') : null;
  }

  /** Somebody's state is another one. */
  look(): void {
    if (this.#waiting.size === 0) return;
    for (const vassal of [...this.#waiting.keys()]) if (this.#isClear(vassal)) this.release(vassal);
  }

  #isClear(vassal: V): boolean {
    return this.#blockers(vassal).length === 0;
  }

  #blockers(vassal: V): string[] {
    const names = vassal.wanted?.after ?? [];
    return names.flatMap(({ value: name }) => {
      const found = this.#named(name);
      if (found.length === 0) return [`${name} (not there)`];
      return found.filter(isComing).map((each) => `${each.name} (${each.state})`);
    });
  }
}

/** One that nobody has stopped is down only before it is told what it shall be. */
function isComing({ state, life }: Waited): boolean {
  return MEANS[state] === 'wait' || (state === 'stopped' && !life.held);
}

/** The way from `name` over those that it comes after back to itself; undefined: there is none. */
export function cycleThrough(
  name: string,
  after: (name: string) => readonly string[],
): readonly string[] | undefined {
  const seen = new Set<string>();
  const search = (at: string, way: readonly string[]): readonly string[] | undefined => {
    for (const next of after(at)) {
      if (next === name) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = search(next, [...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return search(name, [name]);
}

/** Those who are to be gone before each may go: who comes after it. Where they go round in circles, which only what runs of old
 *  texts can, the circle is cut somewhere. */
export function leavingOrder<V extends Waited>(
  vassals: readonly V[],
  after: (vassal: V) => readonly V[],
): ReadonlyMap<V, readonly V[]> {
  const followers = new Map<V, V[]>(vassals.map((vassal) => [vassal, []]));
  for (const vassal of vassals) for (const former of after(vassal)) followers.get(former)?.push(vassal);
  const ranks = new Map<V, number>();
  const seen = new Set<V>();
  const visit = (vassal: V): void => {
    if (seen.has(vassal)) return;
    seen.add(vassal);
    for (const follower of followers.get(vassal) ?? []) visit(follower);
    ranks.set(vassal, ranks.size);
  };
  for (const vassal of vassals) visit(vassal);
  const rank = (vassal: V) => ranks.get(vassal) ?? 0;
  return new Map(
    vassals.map((vassal) => [
      vassal,
      (followers.get(vassal) ?? []).filter((each) => rank(each) < rank(vassal)),
    ]),
  );
}
