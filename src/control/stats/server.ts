// Serves stats as uWSGI does: a document for each connection, then the end. Whoever does not read costs a place among a few,
// for a while, and no copy of the document.
import { createServer, type Server, type Socket } from 'node:net';
import { Snapshot } from './snapshot.ts';

/** Connections at once: the oldest makes room. */
export const MOST_CONNECTIONS = 16;
/** The longest that one may last. */
const DEADLINE_MS = 10_000;

const HEAD = [
  'HTTP/1.0 200 OK',
  'Connection: close',
  // As uWSGI: pages that show stats are served from elsewhere.
  'Access-Control-Allow-Origin: *',
  'Content-Type: application/json',
  '',
  '',
].join('\r\n');

export interface StatsParts {
  readonly document: () => object;
  /** Is a connection an HTTP request, to be answered when it has come? */
  readonly http: () => boolean;
  readonly deadlineMs?: number;
}

export interface StatsServer {
  readonly server: Server;
  close(): Promise<void>;
}

export function createStatsServer(parts: StatsParts): StatsServer {
  const open = new Set<Socket>();
  const snapshot = new Snapshot(parts.document);
  const answer = (socket: Socket, head: string) => {
    if (head !== '') socket.write(head);
    socket.end(snapshot.bytes());
  };
  const server = createServer((socket) => {
    makeRoom(open);
    open.add(socket);
    const timer = setTimeout(() => socket.destroy(), parts.deadlineMs ?? DEADLINE_MS);
    socket.on('close', () => {
      clearTimeout(timer);
      open.delete(socket);
    });
    // Who goes away in the middle is no news.
    socket.on('error', () => {});
    // Also where nothing is asked for: what lies unread at the end would turn it into a reset, and the client lose the rest.
    if (parts.http()) socket.once('data', () => answer(socket, HEAD));
    else answer(socket, '');
    socket.resume();
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return { server, close };
}

function makeRoom(open: Set<Socket>): void {
  const [oldest] = open;
  if (oldest === undefined || open.size < MOST_CONNECTIONS) return;
  open.delete(oldest);
  oldest.destroy();
}
