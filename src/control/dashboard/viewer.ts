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

export class Viewer {
  readonly #api: EmperorApi;
  readonly #response: ServerResponse;
  readonly #leave: readonly (() => void)[];
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Since when it has not caught up; undefined: it has. */
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
    for (const each of this.#leave) each();
  }

  #tellAll(): void {
    this.#dirty.clear();
    const { version, overview, troubles } = this.#api;
    const { history } = overview;
    this.#write('all', { version, now: Date.now() / 1000, rows: overview.rows(), history, troubles });
  }

  #changed(name: string): void {
    this.#dirty.add(name);
    this.#timer ??= setTimeout(() => this.#tellChanges(), TOGETHER_MS);
  }

  #tellChanges(): void {
    this.#timer = undefined;
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
    this.#send('round', { ...round, troubles: this.#api.troubles });
  }

  #send(event: string, data: unknown): void {
    if (this.#behind === undefined && this.#response.writableLength > MOST_UNREAD)
      this.#behind = performance.now();
    if (this.#behind === undefined) this.#write(event, data);
  }

  #caughtUp(): void {
    if (this.#behind === undefined) return;
    this.#behind = undefined;
    this.#tellAll();
  }

  #write(event: string, data: unknown): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
