// Which vassal has which address: the second one that wants it is told whom it belongs to. And the files of unix sockets, which
// have to go when the daemon is killed.
import { printAddress } from '../config/sockets/address.ts';
import type { SocketAddress } from '../config/vassal-config.ts';

/** What a unix socket has in the file system. */
export interface SocketFile {
  readonly path: string;
  /** Device and inode: the path alone may be somebody else's by then. */
  readonly identity: string;
}

/** Where they are written down, for whoever cleans up after a daemon that was killed. */
export interface SocketBook {
  bound(file: SocketFile): void;
  unbound(file: SocketFile): void;
}

interface Claim {
  readonly address: SocketAddress;
  readonly vassal: string;
  /** It is being given up. */
  leaving: Promise<void> | undefined;
}

const ANY = ['0.0.0.0', '::'];

export class AddressBook {
  readonly files: SocketBook | undefined;
  readonly #claims = new Map<string, Claim>();
  readonly #held = new Set<Promise<void>>();

  constructor(files?: SocketBook) {
    this.files = files;
  }

  ownerOf(address: SocketAddress): string | undefined {
    return this.isLeaving(address) ? undefined : this.#claims.get(printAddress(address))?.vassal;
  }

  /** Whose it was gives it up: it can be had, soon. */
  isLeaving(address: SocketAddress): boolean {
    return this.#claims.get(printAddress(address))?.leaving !== undefined;
  }

  /** From now on it is `vassal`'s; else whose it is. Who has it may be about to give it up: that is waited for. */
  async claim(address: SocketAddress, vassal: string): Promise<string | undefined> {
    const key = printAddress(address);
    for (;;) {
      const claim = this.#claims.get(key);
      if (claim === undefined) break;
      if (claim.leaving === undefined) return claim.vassal;
      await claim.leaving;
    }
    this.#claims.set(key, { address, vassal, leaving: undefined });
    return undefined;
  }

  /** It has been `vassal`'s since a daemon before this one. */
  resume(address: SocketAddress, vassal: string): void {
    this.#claims.set(printAddress(address), { address, vassal, leaving: undefined });
  }

  /** Nothing is being given up. */
  get isSettled(): boolean {
    return this.#held.size === 0 && [...this.#claims.values()].every(({ leaving }) => leaving === undefined);
  }

  /** It is free when `closed` is. */
  release(address: SocketAddress, closed: Promise<void> = Promise.resolve()): Promise<void> {
    const key = printAddress(address);
    const claim = this.#claims.get(key);
    const free = () => {
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
    };
    const leaving = closed.then(free, free);
    if (claim) claim.leaving = leaving;
    return leaving;
  }

  /** Whose address is in the way of `wanted`: every address of the machine, or one of them, with the same port. */
  inTheWayOf(wanted: SocketAddress): { readonly vassal: string; readonly address: string } | undefined {
    for (const { address, vassal } of this.#claims.values())
      if (address !== wanted && overlaps(address, wanted)) return { vassal, address: printAddress(address) };
    return undefined;
  }

  /** Something else of a vassal's that is being given up. */
  hold(work: Promise<void>): Promise<void> {
    const held = work.finally(() => this.#held.delete(held));
    this.#held.add(held);
    return held;
  }

  /** Resolves when all that is being given up is gone. */
  async settled(): Promise<void> {
    const leaving = [...this.#claims.values()].map((claim) => claim.leaving);
    await Promise.all([...leaving, ...this.#held]);
  }
}

function overlaps(one: SocketAddress, other: SocketAddress): boolean {
  if (one.kind !== 'inet' || other.kind !== 'inet' || one.port !== other.port) return false;
  if (one.host.includes(':') !== other.host.includes(':')) return false;
  return ANY.includes(one.host) || ANY.includes(other.host);
}
