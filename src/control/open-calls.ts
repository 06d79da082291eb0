// Who is being answered, and who has only connected: a program that is to be replaced leaves nobody in the middle of an answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { refuse } from './routes.ts';

/** Requests of such a kind wait for something that may take long. */
const WAITS = /^POST \/v1\/vassals\//;
const STREAM = 'text/event-stream';

export class OpenCalls {
  readonly #open = new Map<ServerResponse, IncomingMessage>();
  /** Those who have not asked anything yet. */
  readonly #fresh = new Set<Socket>();

  meet(socket: Socket): void {
    this.#fresh.add(socket);
    socket.once('close', () => this.#fresh.delete(socket));
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    this.#fresh.delete(request.socket);
    this.#open.set(response, request);
    // What it has for its client is the kernel's by then, or nobody's.
    response.once('close', () => this.#open.delete(response));
  }

  get isQuiet(): boolean {
    return this.#fresh.size === 0 && this.#open.size === 0;
  }

  /** Streams end; whoever waits for a vassal is told to ask again. */
  cut(): void {
    for (const [response, request] of this.#open) {
      if (response.headersSent && response.getHeader('content-type') === STREAM) response.end();
      else if (WAITS.test(`${request.method} ${request.url}`))
        refuse(response, 'replaced', 'the daemon is being replaced by its new code: ask again');
    }
  }
}
