// Who shows which config. Of a name, the file that showed up first has it, and the others have their turn when it goes. Several
// sources may show one and the same file: it is there for as long as one of them does.
import type { ConfigFailure, ConfigText, Monitor } from '../monitors/monitor.ts';

/** One file as one source shows it. */
export interface Claim {
  readonly monitor: Monitor;
  /** The last one that could be read. */
  text: ConfigText;
  /** The last one that was understood, whatever came of it. */
  understood?: ConfigText;
  /** Why it cannot be read at present. */
  failure: ConfigFailure | undefined;
  /** Counts the texts: an older load that ends late is dropped. */
  turn: number;
  /** Of the text that the vassal was offered last. */
  offered: string | undefined;
}

/** For a daemon that takes the place of this one. */
export interface ClaimRecord {
  readonly source: string;
  readonly text: ConfigText;
  readonly failure: ConfigFailure | null;
  /** Null: none was. */
  readonly offered: string | null;
}

export class Claims {
  readonly #byName = new Map<string, Claim[]>();

  /** Those that have their names. */
  get holders(): Claim[] {
    return [...this.#byName.values()].flatMap(([first]) => first ?? []);
  }

  /** Those of one name in their order. */
  get record(): ClaimRecord[] {
    return [...this.#byName.values()].flat().map(({ monitor, text, failure, offered }) => ({
      source: monitor.source,
      text,
      failure: failure ?? null,
      offered: offered ?? null,
    }));
  }

  resume(monitor: Monitor, { text, failure, offered }: ClaimRecord): void {
    const claim = this.claim(monitor, text);
    claim.text = text;
    claim.failure = failure ?? undefined;
    claim.offered = offered ?? undefined;
  }

  holder(name: string): Claim | undefined {
    return this.#byName.get(name)?.[0];
  }

  of(monitor: Monitor): Claim[] {
    return [...this.#byName.values()].flat().filter((claim) => claim.monitor === monitor);
  }

  /** Made where there is none. */
  claim(monitor: Monitor, { name, path }: Pick<ConfigText, 'name' | 'path'>): Claim {
    const present = this.#find(monitor, name, path);
    if (present) return present;
    const text = unreadText(name, path);
    const claim: Claim = { monitor, text, failure: undefined, turn: 0, offered: undefined };
    const others = this.#byName.get(name);
    if (others) others.push(claim);
    else this.#byName.set(name, [claim]);
    return claim;
  }

  /** Undefined: there was none. */
  drop(monitor: Monitor, name: string, path: string): Claim | undefined {
    const claim = this.#find(monitor, name, path);
    const left = this.#byName.get(name)?.filter((each) => each !== claim) ?? [];
    if (left.length > 0) this.#byName.set(name, left);
    else this.#byName.delete(name);
    return claim;
  }

  #find(monitor: Monitor, name: string, path: string): Claim | undefined {
    return this.#byName.get(name)?.find((each) => each.monitor === monitor && each.text.path === path);
  }
}

function unreadText(name: string, path: string): ConfigText {
  return {
    name,
    path,
    directory: '',
    text: '',
    version: '',
    identity: '',
    target: '',
    uid: 0,
    gid: 0,
    modified: 0,
    changed: path,
  };
}
