// Server-sent events to one reader. A reader that is slow costs a bounded amount of memory and is told what it missed.
import type { ServerResponse } from 'node:http';
import type { Dropped } from './protocol.ts';

/** A whole ring of lines must fit: that is what a reader of logs gets first. */
export const MOST_UNREAD = 1024 * 1024;

export class EventStream {
  readonly #response: ServerResponse;
  #dropped = 0;

  /** `left` is called once, when the reader is gone or the stream was ended. */
  constructor(response: ServerResponse, left: () => void, headers: Readonly<Record<string, string>> = {}) {
    this.#response = response;
    response.on('close', left);
    response.on('drain', () => this.#tellDropped());
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...headers });
    response.flushHeaders();
  }

  send(event: string, data: unknown): void {
    if (this.#response.writableLength > MOST_UNREAD) {
      this.#dropped++;
      return;
    }
    this.#tellDropped();
    this.#write(event, data);
  }

  end(): void {
    this.#response.end();
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const dropped: Dropped = { count: this.#dropped };
    this.#dropped = 0;
    this.#write('dropped', dropped);
  }

  #write(event: string, data: unknown): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
