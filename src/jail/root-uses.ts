// Which directories of the host the jails of this process use as roots, and what was made there for them: the last one that
// leaves a root has it removed. Other processes are known by a lock: see addon/jailer/root_locks.h.
import type { JailParts, SpawnFailure } from './jail.ts';
import type { MadeTarget } from './messages.ts';
import { unmake } from './unmake.ts';

export interface RootTarget extends MadeTarget {
  /** Path of the directory that it was made in. */
  readonly root: string;
}

/** Where it is written down, for whoever cleans up after a daemon that was killed. */
export interface TargetBook {
  made(target: RootTarget): void;
  gone(targets: readonly RootTarget[]): void;
}

/** What was made in the root of that identity. */
export interface RootRecord {
  readonly identity: string;
  readonly targets: readonly RootTarget[];
}

class Root {
  users = 0;
  /** In the order in which they were made. */
  targets: RootTarget[] = [];
  /** One after the other: what could not be removed comes back before the next one looks. */
  removal: Promise<SpawnFailure | undefined> | undefined;
}

export class RootUses {
  readonly #parts: JailParts;
  readonly #book: TargetBook | undefined;
  /** By identity, since one directory has many paths. */
  readonly #roots = new Map<string, Root>();

  constructor(parts: JailParts, book: TargetBook | undefined) {
    this.#parts = parts;
    this.#book = book;
  }

  /** Who uses them enters again. */
  get record(): RootRecord[] {
    return [...this.#roots].map(([identity, { targets }]) => ({ identity, targets }));
  }

  resume(record: readonly RootRecord[]): void {
    for (const { identity, targets } of record) this.#at(identity).targets.push(...targets);
  }

  enter(identity: string): void {
    this.#at(identity).users++;
  }

  made(identity: string, target: RootTarget): void {
    this.#at(identity).targets.push(target);
    this.#book?.made(target);
  }

  /** Undefined: there is nothing to be removed. Else it resolves when that is done, with what went wrong. `name` is the
   *  vassal's. */
  leave(identity: string, name: string): Promise<SpawnFailure | undefined> | undefined {
    const root = this.#at(identity);
    root.users--;
    if (root.users > 0) return undefined;
    if (root.targets.length === 0 && root.removal === undefined) {
      this.#roots.delete(identity);
      return undefined;
    }
    return this.#remove(identity, name);
  }

  /** Once more what others were in the way of. */
  async close(): Promise<void> {
    await Promise.all([...this.#roots.keys()].map((identity) => this.#remove(identity, 'tsjail')));
  }

  #at(identity: string): Root {
    const root = this.#roots.get(identity) ?? new Root();
    this.#roots.set(identity, root);
    return root;
  }

  #remove(identity: string, name: string): Promise<SpawnFailure | undefined> {
    const root = this.#at(identity);
    const turn = Promise.resolve(root.removal).then(() => this.#removeNow(root, name));
    root.removal = turn;
    const over = () => {
      if (root.removal !== turn) return;
      root.removal = undefined;
      // A root that is made anew for each start is another one each time.
      if (root.users === 0 && root.targets.length === 0) this.#roots.delete(identity);
    };
    return turn.finally(over);
  }

  async #removeNow(root: Root, name: string): Promise<SpawnFailure | undefined> {
    if (root.users > 0 || root.targets.length === 0) return undefined;
    const targets = root.targets.splice(0);
    const { busy, failure } = await unmake(this.#parts, name, targets);
    if (busy) root.targets.unshift(...targets);
    else this.#book?.gone(targets);
    return failure;
  }
}
