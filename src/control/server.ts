// The control socket: HTTP on a unix socket, for root and the daemon's own user alone.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { EmperorApi } from '../emperor/view.ts';
import { discreet } from './dashboard/discreet.ts';
import { askedBy, complaintOnSocket, isBrowser } from './dashboard/guard.ts';
import { listen } from './listen.ts';
import { answer, refuse } from './routes.ts';
import { claimPath, fdOf, type ReadPeer } from './socket-path.ts';

export interface ControlOptions {
  readonly path: string;
  readonly peerCredentials: ReadPeer;
  readonly daemonUid: number;
}

export interface ControlServer {
  close(): Promise<void>;
}

/** Node looks for slow clients by a timer that would wake an idle daemon; ours are root or ourselves. */
const NEVER_MS = 2 ** 31 - 1;

const NOT_PERMITTED = 'only root and the user of the daemon may use the control socket';

/** Throws an Error whose message says all when the socket cannot be had. */
export async function serveControl(api: EmperorApi, options: ControlOptions): Promise<ControlServer> {
  const { path } = options;
  await claimPath(path, options.peerCredentials);
  const permitted = new WeakSet<Socket>();
  const server = createServer(
    { connectionsCheckingInterval: NEVER_MS, requestTimeout: 0 },
    (request, response) => {
      const complaint = permitted.has(request.socket) ? complaintOnSocket(askedBy(request)) : NOT_PERMITTED;
      if (complaint !== undefined) refuse(response, 'forbidden', complaint);
      else void answer(isBrowser(request.headers) ? discreet(api) : api, request, response);
    },
  );
  server.on('connection', (socket) => {
    if (isPermitted(socket, options)) permitted.add(socket);
  });
  await listen(server, { kind: 'unix', path }, `control socket ${path}`);
  return { close: () => close(server) };
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
