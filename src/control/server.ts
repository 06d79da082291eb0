// The control socket: HTTP on a unix socket, for root and the daemon's own user alone.
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Keep } from '../emperor/reexec/packing.ts';
import type { EmperorApi } from '../emperor/view.ts';
import { discreet } from './dashboard/discreet.ts';
import { askedBy, complaintOnSocket, isBrowser } from './dashboard/guard.ts';
import { Door, type DoorSystem, openControl } from './door.ts';
import { OpenCalls } from './open-calls.ts';
import { answer, refuse } from './routes.ts';
import { fdOf } from './socket-path.ts';

export interface ControlOptions {
  readonly path: string;
  /** Descriptor of a socket that listens there already: the service manager has made it. */
  readonly given?: number | undefined;
  /** The same: a daemon before this one had it. */
  readonly handed?: number | undefined;
  /** The one that was handed over is the service manager's. */
  readonly handedStays?: boolean | undefined;
  readonly system: DoorSystem;
  readonly daemonUid: number;
}

export interface ControlServer {
  /** Takes whoever waits at a given socket, for whom an answer is worth waiting for; one of our own is open already. */
  open(): Promise<void>;
  /** Its descriptor, which stays open over a re-exec. */
  record(keep: Keep): number;
  /** Whoever waits is told to come back; whoever connects from now on waits for an answer in the socket. */
  cut(): void;
  goOn(): Promise<void>;
  /** Everybody who asked has been answered. */
  readonly isQuiet: boolean;
  close(): Promise<void>;
}

/** Node looks for slow clients by a timer that would wake an idle daemon; ours are root or ourselves. */
const NEVER_MS = 2 ** 31 - 1;

const NOT_PERMITTED = 'only root and the user of the daemon may use the control socket';

/** Throws an Error whose message says all when the socket cannot be had. */
export async function serveControl(api: EmperorApi, options: ControlOptions): Promise<ControlServer> {
  const { path, given, handed, handedStays, system } = options;
  const fd = handed ?? given ?? (await openControl(path, system));
  const calls = new OpenCalls();
  const permitted = new WeakSet<Socket>();
  const server = createServer(
    { connectionsCheckingInterval: NEVER_MS, requestTimeout: 0 },
    (request, response) => {
      calls.add(request, response);
      if (permitted.has(request.socket) && calls.refuses(request, response)) return;
      const complaint = permitted.has(request.socket) ? complaintOnSocket(askedBy(request)) : NOT_PERMITTED;
      if (complaint !== undefined) refuse(response, 'forbidden', complaint);
      else void answer(isBrowser(request.headers) ? discreet(api) : api, request, response);
    },
  );
  server.on('connection', (socket) => {
    calls.meet(socket);
    if (isPermitted(socket, options)) permitted.add(socket);
  });
  const door = new Door(server, fd, system, `control socket ${path}`);
  const isOurs = handed === undefined ? given === undefined : !handedStays;
  // What somebody else has bound may have been called long ago: whoever did is to have an answer that is worth waiting for.
  const waits = given !== undefined && handed === undefined;
  if (!waits) await door.open();
  let closed: Promise<void> | undefined;
  const end = async () => {
    // First: who finds it shall find somebody who listens.
    if (isOurs) rmSync(path, { force: true });
    await close(server);
    system.close(fd);
  };
  return {
    open: async () => {
      if (waits) await door.open();
    },
    record: (keep) => keep(fd),
    cut: () => {
      door.shut();
      calls.cut();
    },
    goOn: async () => {
      calls.goOn();
      await door.reopen();
    },
    get isQuiet() {
      return calls.isQuiet;
    },
    close: () => {
      closed ??= end();
      return closed;
    },
  };
}

function isPermitted(socket: Socket, { system, daemonUid }: ControlOptions): boolean {
  try {
    const { uid } = system.peerCredentials(fdOf(socket));
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
