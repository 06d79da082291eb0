// Who is being answered, and who has only connected: a program that is to be replaced leaves nobody in the middle of an answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { refuse } from './routes.ts';

/** Requests of such a kind wait for something that may take long. */
const WAITS = /^POST \/v1\/vassals\//;

export class OpenCalls {
  readonly #open = new Map<ServerResponse, IncomingMessage>();
  /** Those who have not asked anything yet. */
  readonly #fresh = new Set<Socket>();
  /** Those who have their answer and may ask again over the same connection. */
  readonly #idle = new Set<Socket>();
  #isCut = false;

  meet(socket: Socket): void {
    this.#fresh.add(socket);
    socket.once('close', () => {
      this.#fresh.delete(socket);
      this.#idle.delete(socket);
    });
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    this.#fresh.delete(socket);
    this.#idle.delete(socket);
    this.#open.set(response, request);
    // What it has for its client is the kernel's by then, or nobody's.
    response.once('close', () => {
      this.#open.delete(response);
      if (!socket.destroyed) this.#idle.add(socket);
    });
  }

  /** Has it been answered here? Whoever would wait now would wait in vain. */
  refuses(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#isCut && refuseToWait(request, response);
  }

  get isQuiet(): boolean {
    return this.#fresh.size === 0 && this.#open.size === 0;
  }

  /** Streams end; whoever waits for a vassal is told to ask again; who might ask again later is to do so by a new connection. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#idle) socket.destroy();
    for (const [response, request] of this.#open) {
      // One that has begun and is not over is a stream.
      if (!response.headersSent) refuseToWait(request, response);
      else if (!response.writableEnded) response.end();
    }
  }

  /** Nobody is replaced after all. */
  goOn(): void {
    this.#isCut = false;
  }
}

function refuseToWait({ method, url }: IncomingMessage, response: ServerResponse): boolean {
  if (!WAITS.test(`${method} ${url}`)) return false;
  refuse(response, 'replaced', 'the daemon is being replaced by its new code: ask again');
  return true;
}
