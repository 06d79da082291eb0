// The newest events, numbered, so that a reader who lost his connection gets what he missed, from the daemon that takes this
// one's place too.
import type { NumberedEvent, VassalEvent } from './view.ts';

/** For a daemon that takes the place of this one. */
export interface ChronicleRecord {
  /** Number of the first event ever. */
  readonly first: number;
  readonly newest: readonly NumberedEvent[];
}

/** What came after some event. */
export interface Since {
  readonly events: readonly NumberedEvent[];
  /** How many more there were; null: nobody knows, they were another daemon's. */
  readonly missed: number | null;
}

/** Enough for a thousand vassals that all start anew. */
export const MOST_EVENTS = 4000;
const MICROSECONDS = 1000;

export class Chronicle {
  /** Of this daemon, and of no daemon before it that it has nothing from: it begins at the time of day. */
  #first: number;
  readonly #newest: NumberedEvent[] = [];
  #next: number;

  constructor(first = Date.now() * MICROSECONDS) {
    this.#first = first;
    this.#next = first;
  }

  /** Number of the newest one. */
  get last(): number {
    return this.#next - 1;
  }

  get record(): ChronicleRecord {
    return { first: this.#first, newest: [...this.#newest] };
  }

  resume({ first, newest }: ChronicleRecord): void {
    this.#first = first;
    this.#newest.push(...newest);
    this.#next = (newest.at(-1)?.seq ?? first - 1) + 1;
  }

  add(event: VassalEvent): NumberedEvent {
    const { at, vassal, event: what, state, message } = event;
    // Not by a spread: V8 may give each such copy a hidden class of its own.
    const numbered = { at, vassal, event: what, state, message, seq: this.#next++ };
    this.#newest.push(numbered);
    if (this.#newest.length > MOST_EVENTS) this.#newest.shift();
    return numbered;
  }

  since(seq: number): Since {
    if (seq < this.#first - 1 || seq > this.last) return { events: [...this.#newest], missed: null };
    const kept = this.#newest[0]?.seq ?? this.#next;
    const events = this.#newest.slice(Math.max(0, seq + 1 - kept));
    return { events, missed: Math.max(0, kept - seq - 1) };
  }
}
