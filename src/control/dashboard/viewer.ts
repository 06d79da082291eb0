// Somebody who looks at the control centre: gets all vassals, then what changes. Who reads slowly costs a bounded amount of memory:
// he misses what comes meanwhile, and gets all of it anew when he has caught up.
import type { ServerResponse } from 'node:http';
import type { Row } from '../../emperor/overview/row.ts';
import type { Round } from '../../emperor/overview/sampler.ts';
import type { EmperorApi } from '../../emperor/view.ts';

/** Changes that come together are told together. */
const TOGETHER_MS = 100;
const MOST_UNREAD = 256 * 1024;
/** Who has read nothing for so long is gone. */
const PATIENCE_MS = 60_000;

export interface Changes {
  readonly rows: readonly Row[];
  readonly gone: readonly string[];
  readonly troubles: readonly string[];
}

/** So many vassals are told of in one turn of the loop. */
const SLICE = 100;

export class Viewer {
  readonly #api: EmperorApi;
  readonly #response: ServerResponse;
  readonly #leave: readonly (() => void)[];
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** What is still to be told of all; undefined: it has been. */
  #rest: IterableIterator<readonly string[]> | undefined;
  /** Something was missed: all is to be told again. */
  #missed = false;
  /** Since when nothing was read; undefined: it has caught up. */
  #behind: number | undefined;

  constructor(api: EmperorApi, response: ServerResponse) {
    this.#api = api;
    this.#response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#leave = [
      api.onEvent(({ vassal }) => this.#changed(vassal)),
      api.overview.onRound((round) => this.#round(round)),
    ];
    response.on('close', () => this.#end());
    response.on('drain', () => this.#caughtUp());
    this.#tellAll();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#rest = undefined;
    this.#dirty.clear();
    for (const each of this.#leave) each();
  }

  #tellAll(): void {
    this.#dirty.clear();
    this.#missed = false;
    const { version, overview, troubles } = this.#api;
    this.#write('begin', { version, now: Date.now() / 1000, troubles });
    this.#rest = slices(overview.names).values();
    this.#tellSlice();
  }

  #tellSlice(): void {
    if (this.#rest === undefined || this.#isFull()) return;
    const { value: names } = this.#rest.next();
    if (names === undefined) return this.#toldAll();
    const { overview } = this.#api;
    const rows = names.flatMap((name: string) => overview.row(name) ?? []);
    this.#write('part', { rows, samples: overview.samplesOf(names) });
    setImmediate(() => this.#tellSlice());
  }

  #toldAll(): void {
    this.#rest = undefined;
    this.#write('end', {});
    if (this.#missed) this.#tellAll();
    else if (this.#dirty.size > 0) this.#tellSoon();
  }

  #changed(name: string): void {
    this.#dirty.add(name);
    if (this.#rest === undefined) this.#tellSoon();
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#tellChanges(), TOGETHER_MS);
  }

  #tellChanges(): void {
    this.#timer = undefined;
    if (this.#rest !== undefined) return;
    const names = [...this.#dirty];
    this.#dirty.clear();
    const rows = names.flatMap((name) => this.#api.overview.row(name) ?? []);
    const there = new Set(rows.map(({ name }) => name));
    const changes: Changes = {
      rows,
      gone: names.filter((name) => !there.has(name)),
      troubles: this.#api.troubles,
    };
    this.#send('changes', changes);
  }

  #round(round: Round): void {
    if (this.#behind !== undefined && performance.now() - this.#behind > PATIENCE_MS)
      this.#response.destroy();
    if (this.#rest === undefined) this.#send('round', { ...round, troubles: this.#api.troubles });
    else this.#missed = true;
  }

  #send(event: string, data: unknown): void {
    if (this.#isFull()) this.#missed = true;
    else this.#write(event, data);
  }

  #isFull(): boolean {
    if (this.#response.writableLength <= MOST_UNREAD) return false;
    this.#behind ??= performance.now();
    return true;
  }

  #caughtUp(): void {
    this.#behind = undefined;
    if (this.#rest !== undefined) this.#tellSlice();
    else if (this.#missed) this.#tellAll();
  }

  #write(event: string, data: unknown): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

function slices(names: readonly string[]): (readonly string[])[] {
  const count = Math.ceil(names.length / SLICE);
  return Array.from({ length: count }, (_, index) => names.slice(index * SLICE, (index + 1) * SLICE));
}
