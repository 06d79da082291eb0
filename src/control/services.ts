// The sockets that the daemon's config asks for, besides its control socket: opened, moved and closed as that says.

import { rmSync } from 'node:fs';
import type { EmperorConfig } from '../config/emperor.ts';
import { addressText, type ListenAddress } from '../config/listening.ts';
import type { Imperial } from '../emperor/facts.ts';
import type { ServerRecord } from '../emperor/reexec/format.ts';
import type { Keep } from '../emperor/reexec/packing.ts';
import { Receiver } from './commands/receiver.ts';
import { openUdpCommands } from './commands/udp-socket.ts';
import { type DatagramSystem, openUnixCommands } from './commands/unix-socket.ts';
import { listen, listenOnGiven } from './listen.ts';
import { clearPath, fdOf, holderOf, type ReadPeer } from './socket-path.ts';
import { statsOf } from './stats/document.ts';
import { createStatsServer } from './stats/server.ts';

export interface ServiceParts {
  readonly imperial: Imperial;
  readonly system: DatagramSystem & { readonly peerCredentials: ReadPeer };
  readonly uid: number;
  readonly gid: number;
  readonly log: (level: 'info' | 'warn', message: string, vassal: string) => void;
  /** Sockets of a daemon before this one: taken where they are still wanted. */
  readonly handed?: ServerRecord['services'] | undefined;
}

type Kind = 'stats' | 'commands';

interface Open {
  readonly where: string;
  /** -1: it cannot be handed over. */
  readonly fd: number;
  close(): Promise<void> | void;
}

/** Descriptor of a socket that is there already; undefined: it is to be opened. */
type Handed = number | undefined;

export class Services {
  readonly #parts: ServiceParts;
  readonly #open = new Map<Kind, Open>();
  readonly #handed: Map<string, ServerRecord['services'][number]>;
  #http = false;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#handed = new Map(parts.handed?.map((each) => [each.kind, each]));
  }

  record(keep: Keep): ServerRecord['services'] {
    const handedOn = [...this.#open].filter(([, { fd }]) => fd !== -1);
    return handedOn.map(([kind, { where, fd }]) => ({ kind, where, fd: keep(fd) }));
  }

  /** Throws an Error that says all when a socket cannot be had; one that was open before stays open then. */
  async apply({ stats, commandSocket }: Pick<EmperorConfig, 'stats' | 'commandSocket'>): Promise<void> {
    this.#http = stats?.http ?? false;
    await this.#move('stats', stats?.address, (address, fd) => this.#serveStats(address, fd));
    await this.#move('commands', commandSocket, (address, fd) => this.#takeCommands(address, fd));
  }

  async close(): Promise<void> {
    await this.apply({});
  }

  async #move(
    kind: Kind,
    address: ListenAddress | undefined,
    open: (address: ListenAddress, handed: Handed) => Promise<Omit<Open, 'where'>>,
  ): Promise<void> {
    const before = this.#open.get(kind);
    const where = address && addressText(address);
    if (before?.where === where && !this.#handed.has(kind)) return;
    const handed = this.#take(kind, where);
    const opened = address && (await open(address, handed));
    this.#open.delete(kind);
    await before?.close();
    if (opened === undefined || where === undefined) return;
    this.#open.set(kind, { where, fd: opened.fd, close: () => opened.close() });
    if (handed === undefined) this.#parts.log('info', `${TITLES[kind]} on ${where}`, '');
  }

  /** The socket of the daemon before, if it is the one that is wanted: else it goes. */
  #take(kind: Kind, where: string | undefined): Handed {
    const handed = this.#handed.get(kind);
    this.#handed.delete(kind);
    if (handed === undefined || handed.where === where) return handed?.fd;
    this.#parts.system.close(handed.fd);
    if (handed.where.startsWith('/')) rmSync(handed.where, { force: true });
    return undefined;
  }

  async #serveStats(address: ListenAddress, handed: Handed): Promise<Omit<Open, 'where'>> {
    const { imperial, uid, gid, system } = this.#parts;
    const daemon = { pid: process.pid, uid, gid, cwd: process.cwd() };
    const what = `stats socket ${addressText(address)}`;
    if (address.kind === 'unix' && handed === undefined) {
      const { path } = address;
      await clearPath(path, what, async () => {
        const pid = await holderOf(path, system.peerCredentials);
        return pid === undefined ? undefined : `${what}: process ${pid} listens there`;
      });
    }
    const { server, close } = createStatsServer({
      document: () => statsOf(imperial, daemon),
      http: () => this.#http,
    });
    if (handed === undefined) await listen(server, address, what);
    else await listenOnGiven(server, handed, what);
    server.on('error', (error) => this.#parts.log('warn', `${what}: ${error.message}`, ''));
    const closeAll = async () => {
      await close();
      if (address.kind === 'unix' && handed !== undefined) rmSync(address.path, { force: true });
    };
    return { fd: fdOf(server), close: closeAll };
  }

  async #takeCommands(address: ListenAddress, handed: Handed): Promise<Omit<Open, 'where'>> {
    const { uid, system, log } = this.#parts;
    const where = addressText(address);
    const receiver = new Receiver(this.#parts, where);
    if (address.kind !== 'inet') return openUnixCommands(address, receiver, uid, system, handed);
    log(
      'warn',
      `command socket ${where}: over UDP every user of this machine is obeyed; a unix socket asks who it is`,
      '',
    );
    // Node has no way to its descriptor: the next daemon opens it anew.
    return { fd: -1, ...(await openUdpCommands(address, receiver)) };
  }
}

const TITLES: Readonly<Record<Kind, string>> = { stats: 'stats', commands: 'commands are taken' };
