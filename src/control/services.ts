// The sockets that the daemon's config asks for, besides its control socket: opened, moved and closed as that says.

import type { EmperorConfig } from '../config/emperor.ts';
import { addressText, type ListenAddress } from '../config/listening.ts';
import type { Imperial } from '../emperor/facts.ts';
import { Receiver } from './commands/receiver.ts';
import { openUdpCommands } from './commands/udp-socket.ts';
import { type DatagramSystem, openUnixCommands } from './commands/unix-socket.ts';
import { listen } from './listen.ts';
import { clearPath, holderOf, type ReadPeer } from './socket-path.ts';
import { statsOf } from './stats/document.ts';
import { createStatsServer } from './stats/server.ts';

export interface ServiceParts {
  readonly imperial: Imperial;
  readonly system: DatagramSystem & { readonly peerCredentials: ReadPeer };
  readonly uid: number;
  readonly gid: number;
  readonly log: (level: 'info' | 'warn', message: string, vassal: string) => void;
}

type Kind = 'stats' | 'commands';

interface Open {
  readonly where: string;
  close(): Promise<void> | void;
}

export class Services {
  readonly #parts: ServiceParts;
  readonly #open = new Map<Kind, Open>();
  #http = false;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Throws an Error that says all when a socket cannot be had; one that was open before stays open then. */
  async apply({ stats, commandSocket }: Pick<EmperorConfig, 'stats' | 'commandSocket'>): Promise<void> {
    this.#http = stats?.http ?? false;
    await this.#move('stats', stats?.address, (address) => this.#serveStats(address));
    await this.#move('commands', commandSocket, (address) => this.#takeCommands(address));
  }

  async close(): Promise<void> {
    await this.apply({});
  }

  async #move(
    kind: Kind,
    address: ListenAddress | undefined,
    open: (address: ListenAddress) => Promise<Omit<Open, 'where'>>,
  ): Promise<void> {
    const before = this.#open.get(kind);
    const where = address && addressText(address);
    if (before?.where === where) return;
    const opened = address && (await open(address));
    this.#open.delete(kind);
    await before?.close();
    if (opened === undefined || where === undefined) return;
    this.#open.set(kind, { where, close: () => opened.close() });
    this.#parts.log('info', `${TITLES[kind]} on ${where}`, '');
  }

  async #serveStats(address: ListenAddress): Promise<Omit<Open, 'where'>> {
    const { imperial, uid, gid, system } = this.#parts;
    const daemon = { pid: process.pid, uid, gid, cwd: process.cwd() };
    const what = `stats socket ${addressText(address)}`;
    if (address.kind === 'unix') {
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
    await listen(server, address, what);
    server.on('error', (error) => this.#parts.log('warn', `${what}: ${error.message}`, ''));
    return { close };
  }

  async #takeCommands(address: ListenAddress): Promise<Omit<Open, 'where'>> {
    const { uid, system, log } = this.#parts;
    const where = addressText(address);
    const receiver = new Receiver(this.#parts, where);
    if (address.kind !== 'inet') return openUnixCommands(address, receiver, uid, system);
    log(
      'warn',
      `command socket ${where}: over UDP every user of this machine is obeyed; a unix socket asks who it is`,
      '',
    );
    return openUdpCommands(address, receiver);
  }
}

const TITLES: Readonly<Record<Kind, string>> = { stats: 'stats', commands: 'commands are taken' };
