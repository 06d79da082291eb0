// The control socket: HTTP on a unix socket, for root and the daemon's own user alone.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { EmperorApi } from '../emperor/view.ts';
import { listen, listenOnGiven } from './listen.ts';
import { answer, refuse } from './routes.ts';
import { claimPath, fdOf, type ReadPeer } from './socket-path.ts';

export interface ControlOptions {
  readonly path: string;
  /** Descriptor of a socket that listens there already. */
  readonly given?: number | undefined;
  readonly peerCredentials: ReadPeer;
  readonly daemonUid: number;
}

export interface ControlServer {
  /** Takes whoever waits at a given socket, for whom an answer is worth waiting for; one of our own is open already. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Node looks for slow clients by a timer that would wake an idle daemon; ours are root or ourselves. */
const NEVER_MS = 2 ** 31 - 1;

/** Throws an Error whose message says all when the socket cannot be had. */
export async function serveControl(api: EmperorApi, options: ControlOptions): Promise<ControlServer> {
  const { path, given } = options;
  if (given === undefined) await claimPath(path, options.peerCredentials);
  const permitted = new WeakSet<Socket>();
  const server = createServer(
    { connectionsCheckingInterval: NEVER_MS, requestTimeout: 0 },
    (request, response) => {
      if (permitted.has(request.socket)) void answer(api, request, response);
      else refuse(response, 'forbidden', 'only root and the user of the daemon may use the control socket');
    },
  );
  server.on('connection', (socket) => {
    if (isPermitted(socket, options)) permitted.add(socket);
  });
  const what = `control socket ${path}`;
  if (given === undefined) await listen(server, { kind: 'unix', path }, what);
  return {
    open: async () => {
      if (given !== undefined) await listenOnGiven(server, given, what);
    },
    close: () => close(server),
  };
}

function isPermitted(socket: Socket, { peerCredentials, daemonUid }: ControlOptions): boolean {
  try {
    const { uid } = peerCredentials(fdOf(socket));
    return uid === 0 || uid === daemonUid;
  } catch {
    return false;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
