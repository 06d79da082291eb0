// When things happened to each vassal, kept from the events that are told of it: what uWSGI's stats have besides its state.
import type { VassalEvent } from './view.ts';

/** Unix seconds with fraction; 0: never. */
export interface Dates {
  readonly born: number;
  readonly firstRun: number;
  readonly lastRun: number;
  /** Of the ends in a row that the present backoff is for. */
  readonly firstFailure: number;
  readonly lastFailure: number;
}

const NEVER: Dates = { born: 0, firstRun: 0, lastRun: 0, firstFailure: 0, lastFailure: 0 };

export class Annals {
  readonly #dates = new Map<string, Dates>();

  of(name: string): Dates {
    return this.#dates.get(name) ?? NEVER;
  }

  get record(): readonly (readonly [string, Dates])[] {
    return [...this.#dates];
  }

  resume(record: readonly (readonly [string, Dates])[]): void {
    for (const [name, dates] of record) this.#dates.set(name, dates);
  }

  /** `failures` is how many ends in a row it has behind it by then. */
  hear({ at, vassal, event, state }: VassalEvent, failures: number): void {
    if (event === 'removed') this.#dates.delete(vassal);
    else if (event === 'added') this.#dates.set(vassal, { ...NEVER, born: at });
    else if (event === 'state' && state === 'starting') this.#begun(vassal, at);
    else if (event === 'state' && state === 'backoff') this.#failed(vassal, at, failures);
  }

  #begun(vassal: string, at: number): void {
    this.#note(vassal, { firstRun: this.of(vassal).firstRun || at, lastRun: at });
  }

  #failed(vassal: string, at: number, failures: number): void {
    const { firstFailure } = this.of(vassal);
    this.#note(vassal, { firstFailure: failures > 1 ? firstFailure || at : at, lastFailure: at });
  }

  #note(vassal: string, dates: Partial<Dates>): void {
    this.#dates.set(vassal, { ...this.of(vassal), ...dates });
  }
}
