// The connections of browsers: few at once, each with a deadline for its next request. Node's own watch over slow clients is a
// timer that would wake an idle daemon; these are there for as long as a connection is.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  readonly most: number;
  /** Until a request has come as a whole, and between two. */
  readonly requestMs: number;
  /** Until an answer that is no stream has been taken. */
  readonly answerMs: number;
}

interface Connection {
  timer: NodeJS.Timeout;
  busy: boolean;
}

export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #open = new Map<Socket, Connection>();

  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    server.on('connection', (socket) => this.#opened(socket));
  }

  /** To be called with each request before it is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.busy = true;
    request.once('end', () => {
      // A stream goes on for as long as somebody reads.
      this.#arm(socket, this.#limits.answerMs, () => isStream(response));
    });
    response.once('close', () => {
      connection.busy = false;
      this.#arm(socket, this.#limits.requestMs);
    });
  }

  #opened(socket: Socket): void {
    if (!this.#makeRoom()) return void socket.destroy();
    socket.setKeepAlive(true, 60_000);
    this.#open.set(socket, {
      timer: setTimeout(() => socket.destroy(), this.#limits.requestMs),
      busy: false,
    });
    socket.once('close', () => {
      clearTimeout(this.#open.get(socket)?.timer);
      this.#open.delete(socket);
    });
  }

  #arm(socket: Socket, ms: number, mayStay = () => false): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    clearTimeout(connection.timer);
    connection.timer = setTimeout(() => mayStay() || socket.destroy(), ms);
  }

  /** The oldest one that nothing is being done for goes. */
  #makeRoom(): boolean {
    if (this.#open.size < this.#limits.most) return true;
    const [idle] = [...this.#open].find(([, { busy }]) => !busy) ?? [];
    if (idle === undefined) return false;
    clearTimeout(this.#open.get(idle)?.timer);
    this.#open.delete(idle);
    idle.destroy();
    return true;
  }
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}
