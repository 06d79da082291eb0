// Where the control server listens: a descriptor that is ours, and of which Node only gets copies. While no copy is out nobody
// is accepted, and whoever connects waits in the socket.
import { Server } from 'node:net';
import { listenOnGiven } from './listen.ts';
import { claimPath, type ReadPeer } from './socket-path.ts';

/** What it takes of the addon. */
export interface DoorSystem {
  readonly peerCredentials: ReadPeer;
  listenUnix(path: string, backlog: number): number;
  duplicate(fd: number): number;
  close(fd: number): void;
}

/** As Node has it. */
const BACKLOG = 511;

/** The control socket of a new daemon. Throws an Error that says all. */
export async function openControl(path: string, system: DoorSystem): Promise<number> {
  await claimPath(path, system.peerCredentials);
  try {
    return system.listenUnix(path, BACKLOG);
  } catch (error) {
    throw new Error(`control socket ${path}: ${(error as Error).message}`);
  }
}

export class Door {
  readonly #fd: number;
  readonly #server: Server;
  readonly #system: DoorSystem;
  readonly #what: string;
  #isShut = false;

  constructor(server: Server, fd: number, system: DoorSystem, what: string) {
    this.#server = server;
    this.#fd = fd;
    this.#system = system;
    this.#what = what;
  }

  open(): Promise<void> {
    return listenOnGiven(this.#server, this.#system.duplicate(this.#fd), this.#what);
  }

  /** Who is inside already stays. */
  shut(): void {
    this.#isShut = this.#server.listening;
    // That of HTTP hangs up on those who have not asked anything yet, from Node 26 on.
    Server.prototype.close.call(this.#server);
  }

  async reopen(): Promise<void> {
    if (this.#isShut) await this.open();
    this.#isShut = false;
  }
}
