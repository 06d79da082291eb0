// The sockets that are bound for one vassal: they stay open from run to run, whatever its command does.
import type { Located } from '../config/origin.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { SocketSpec } from '../config/vassal-config.ts';
import type { Keep } from '../jail/jail.ts';
import type { Native } from '../jail/native.ts';
import type { AddressBook } from './address-book.ts';
import { Listener, type ListenerRecord } from './listener.ts';

const EPOLLIN = 1;
const DONE = Promise.resolve();
const NOBODY: readonly never[] = [];

export class VassalSockets {
  readonly #vassal: string;
  readonly #native: Native;
  readonly #book: AddressBook;
  /** In the order of the config. */
  #listeners: readonly Listener[] = NOBODY;
  /** Of what runs, while somebody that is to take its place has those above. */
  #former: readonly Listener[] | undefined;
  /** What is done to them is done one after the other. */
  #turn: Promise<unknown> = DONE;
  #called: (() => void) | undefined;
  #atWork = 0;

  constructor(vassal: string, native: Native, book: AddressBook) {
    this.#vassal = vassal;
    this.#native = native;
    this.#book = book;
  }

  /** As they are written. */
  get addresses(): readonly string[] {
    return this.#listeners.map(({ address }) => address);
  }

  get isEmpty(): boolean {
    return this.#listeners.length === 0;
  }

  /** Nothing is being done to them. */
  get isSettled(): boolean {
    return this.#atWork === 0;
  }

  /** Resolves when nothing of what was to be done to them up to now is left to do. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  record(keep: Keep): ListenerRecord[] {
    return this.#listeners.map((each) => each.record(keep));
  }

  resume(record: readonly ListenerRecord[]): void {
    this.#listeners = record.map((each) => Listener.resume(this.#native, this.#book, this.#vassal, each));
  }

  /** Binds what is not bound yet and gives up what is no longer wanted. Resolves with the descriptors, in that order; throws
   *  SocketError. */
  open(specs: readonly Located<SocketSpec>[]): Promise<readonly number[]> {
    return this.#then(() => this.#open(specs));
  }

  /** For a run that is to take the place of another one: what that has stays open until settle() or revert(). */
  get beside(): Pick<VassalSockets, 'open' | 'isEmpty'> {
    return { isEmpty: this.isEmpty, open: (specs) => this.#then(() => this.#openBeside(specs)) };
  }

  /** That run has taken the place: what only the other one wanted is given up. */
  settle(): Promise<void> {
    return this.#then(() => this.#choose(this.#listeners));
  }

  /** It will not: what only that run wanted is given up. */
  revert(): Promise<void> {
    return this.#then(() => this.#choose(this.#former ?? this.#listeners));
  }

  /** `called`, once, when somebody waits at one of them. */
  watch(called: () => void): void {
    this.unwatch();
    this.#called = called;
    for (const { fd } of this.#listeners) this.#native.watch(fd, EPOLLIN, () => this.#heard());
  }

  unwatch(): void {
    if (this.#called === undefined) return;
    this.#called = undefined;
    for (const { fd } of this.#listeners) this.#native.unwatch(fd);
  }

  /** As a new command expects them: the one before may have made them non-blocking, which is for all who have them. */
  renew(): void {
    for (const { fd } of this.#listeners) this.#native.makeBlocking(fd);
  }

  /** Connections are refused from now on. */
  async close(): Promise<void> {
    this.unwatch();
    await this.#then(() => this.#choose([]));
  }

  #heard(): void {
    const called = this.#called;
    this.unwatch();
    called?.();
  }

  #then<T>(work: () => Promise<T>): Promise<T> {
    this.#atWork++;
    const done = this.#turn.then(work).finally(() => this.#atWork--);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #open(specs: readonly Located<SocketSpec>[]): Promise<readonly number[]> {
    const kept = await this.#kept(specs);
    await this.#choose([...kept.values()]);
    return this.#bind(specs, kept);
  }

  async #openBeside(specs: readonly Located<SocketSpec>[]): Promise<readonly number[]> {
    const kept = await this.#kept(specs);
    this.#former ??= this.#listeners;
    this.#listeners = [...kept.values()];
    return this.#bind(specs, kept);
  }

  /** All others are closed. */
  async #choose(chosen: readonly Listener[]): Promise<void> {
    const all = new Set([...this.#listeners, ...(this.#former ?? [])]);
    this.#listeners = [...chosen];
    this.#former = undefined;
    await this.#closeAll([...all].filter((each) => !chosen.includes(each)));
  }

  async #bind(
    specs: readonly Located<SocketSpec>[],
    kept: Map<string, Listener>,
  ): Promise<readonly number[]> {
    for (const spec of specs) {
      const address = printAddress(spec.value.address);
      const present = kept.get(address);
      if (present) await present.adapt(spec);
      else {
        const listener = await Listener.bind(this.#native, this.#book, this.#vassal, spec);
        kept.set(address, listener);
        this.#listeners = [...this.#listeners, listener];
      }
    }
    const inOrder = specs.map(({ value }) => kept.get(printAddress(value.address)));
    this.#listeners = inOrder.filter((each) => each !== undefined);
    return this.#listeners.map(({ fd }) => fd);
  }

  async #kept(specs: readonly Located<SocketSpec>[]): Promise<Map<string, Listener>> {
    const kept = new Map<string, Listener>();
    for (const listener of this.#listeners)
      for (const { value } of specs) if (await listener.fits(value)) kept.set(listener.address, listener);
    return kept;
  }

  async #closeAll(listeners: readonly Listener[]): Promise<void> {
    await Promise.all(listeners.map((each) => each.close()));
  }
}
