// One socket that is bound for a vassal, from bind(2) to its end. The one place where that is done with the Emperor's rights.

import { readSocketAddress } from '../config/hooks/socket-address.ts';
import type { Located } from '../config/origin.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { SocketAddress, SocketSpec } from '../config/vassal-config.ts';
import type { Keep } from '../jail/jail.ts';
import type { Native, NativeError } from '../jail/native.ts';
import { removeStaleSocket } from '../jail/stale-socket.ts';
import { lacksDescriptor, withDescriptor } from '../system/descriptors.ts';
import type { AddressBook, SocketFile } from './address-book.ts';
import { SocketError } from './socket-error.ts';
import { changeRights, isThere, makeRoom, removeFile, takeOver } from './socket-file.ts';

/** For a daemon that takes the place of this one. */
export interface ListenerRecord {
  readonly fd: number;
  readonly spec: SocketSpec;
  /** Of a unix socket with a path. */
  readonly file: SocketFile | null;
}

export class Listener {
  readonly fd: number;
  readonly #native: Native;
  readonly #book: AddressBook;
  readonly #file: SocketFile | undefined;
  #spec: SocketSpec;

  private constructor(
    native: Native,
    book: AddressBook,
    spec: SocketSpec,
    fd: number,
    file: SocketFile | undefined,
  ) {
    this.#native = native;
    this.#book = book;
    this.#spec = spec;
    this.fd = fd;
    this.#file = file;
    if (file) book.files?.bound(file);
  }

  static resume(native: Native, book: AddressBook, vassal: string, record: ListenerRecord): Listener {
    const { fd, spec, file } = record;
    book.resume(spec.address, vassal);
    return new Listener(native, book, spec, fd, file ?? undefined);
  }

  record(keep: Keep): ListenerRecord {
    return { fd: keep(this.fd), spec: this.#spec, file: this.#file ?? null };
  }

  /** Throws SocketError. */
  static async bind(
    native: Native,
    book: AddressBook,
    vassal: string,
    wanted: Located<SocketSpec>,
  ): Promise<Listener> {
    const { address } = wanted.value;
    const owner = await book.claim(address, vassal);
    if (owner !== undefined) throw new SocketError(wanted, `it belongs to the vassal ${owner}`);
    let fd: number;
    try {
      fd = await bound(native, book, wanted);
    } catch (error) {
      await book.release(address);
      throw asSocketError(wanted, error);
    }
    return Listener.#listen(native, book, wanted, fd);
  }

  static async #listen(
    native: Native,
    book: AddressBook,
    wanted: Located<SocketSpec>,
    fd: number,
  ): Promise<Listener> {
    const { value: spec } = wanted;
    let file: SocketFile | undefined;
    try {
      if (spec.address.kind === 'unix') file = await takeOver(spec.address.path, spec);
      native.listen(fd, spec.backlog);
      return new Listener(native, book, spec, fd, file);
    } catch (error) {
      native.close(fd);
      // Not waited for here: there may be a descriptor for it only when those of the other sockets are closed.
      void book.release(
        spec.address,
        withDescriptor(() => undo(spec, file, error)),
      );
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      throw isTaken ? inUse(book, wanted) : asSocketError(wanted, error);
    }
  }

  get address(): string {
    return printAddress(this.#spec.address);
  }

  /** Can it be what `spec` asks for without being bound anew? */
  async fits(spec: SocketSpec): Promise<boolean> {
    return this.address === printAddress(spec.address) && (this.#file === undefined || isThere(this.#file));
  }

  /** What may be changed of it while it is bound. Throws SocketError. */
  async adapt(wanted: Located<SocketSpec>): Promise<void> {
    const { value: spec } = wanted;
    const { mode, uid, gid, backlog } = this.#spec;
    try {
      if (spec.backlog !== backlog) this.#native.listen(this.fd, spec.backlog);
      const same = spec.mode === mode && spec.uid === uid && spec.gid === gid;
      if (this.#file && !same) await changeRights(this.#file, spec);
    } catch (error) {
      throw new SocketError(wanted, error as NodeJS.ErrnoException);
    }
    this.#spec = spec;
  }

  /** Its file goes first: who finds it shall find somebody who listens. */
  async close(): Promise<void> {
    await this.#book.release(this.#spec.address, this.#end());
  }

  async #end(): Promise<void> {
    const file = this.#file;
    const isGone = file && (await isRemoved(file));
    this.#native.close(this.fd);
    if (!file) return;
    if (!isGone) await withDescriptor(() => removeFile(file));
    this.#book.files?.unbound(file);
  }
}

function asSocketError(wanted: Located<SocketSpec>, error: unknown): SocketError {
  return error instanceof SocketError ? error : new SocketError(wanted, error as NodeJS.ErrnoException);
}

/** Why an address that is no path cannot be had; undefined: it can. */
export async function canBind(
  native: Native,
  book: AddressBook,
  wanted: Located<SocketSpec>,
): Promise<string | undefined> {
  try {
    native.close(await bindOnce(native, wanted.value.address));
    return undefined;
  } catch (error) {
    if ((error as NativeError).code !== 'EADDRINUSE') return (error as Error).message;
    return inUse(book, wanted).why as string;
  }
}

/** A path that nobody listens at any more is taken. */
async function bound(native: Native, book: AddressBook, wanted: Located<SocketSpec>): Promise<number> {
  const { address } = wanted.value;
  try {
    return await bindOnce(native, address);
  } catch (error) {
    if ((error as NativeError).code !== 'EADDRINUSE') throw error;
    if (address.kind !== 'unix') throw inUse(book, wanted);
  }
  const inTheWay = await makeRoom(address.path);
  if (inTheWay !== undefined) throw new SocketError(wanted, inTheWay);
  return bindOnce(native, address);
}

function bindOnce(native: Native, address: SocketAddress): Promise<number> {
  const bytes = readSocketAddress(printAddress(address));
  if (typeof bytes !== 'string') throw new Error(bytes.message);
  return new Promise((resolve, reject) => {
    native.bindSocket(Buffer.from(bytes, 'hex'), (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

function inUse(book: AddressBook, wanted: Located<SocketSpec>): SocketError {
  const other = book.inTheWayOf(wanted.value.address);
  const why = other
    ? `it overlaps with ${other.address}, which belongs to the vassal ${other.vassal}`
    : 'somebody else listens there';
  return new SocketError(wanted, why);
}

/** What bind(2) has made. One that could not be looked at for want of a descriptor is known by nobody's listening there. */
async function undo({ address }: SocketSpec, file: SocketFile | undefined, error: unknown): Promise<void> {
  if (file) await removeFile(file);
  else if (address.kind === 'unix' && lacksDescriptor(error)) await removeStaleSocket(address.path);
}

/** False: the way to it takes a descriptor, and there is none until ours is closed. */
async function isRemoved(file: SocketFile): Promise<boolean> {
  try {
    await removeFile(file);
    return true;
  } catch (error) {
    if (!lacksDescriptor(error)) throw error;
    return false;
  }
}
