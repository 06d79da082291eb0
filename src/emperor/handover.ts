// What the command of one run is handed besides its standard descriptors: listening sockets stay the vassal's, streams are
// made for this run, and their other ends are ours.
import type { Keep } from '../jail/jail.ts';
import type { Native } from '../jail/native.ts';
import type { PassedFd } from '../plan/passed.ts';
import type { Plan } from '../plan/step.ts';

export type StreamKind = Exclude<PassedFd['kind'], 'socket'>;

/** Streams that nobody took: our ends. */
export type HandoverRecord = readonly { readonly kind: StreamKind; readonly fd: number }[];

const NOTHING: readonly never[] = [];

export class Handover {
  readonly #native: Native;
  /** Descriptors of the vassal's sockets. */
  readonly #sockets: readonly number[];
  #ours: HandoverRecord = NOTHING;
  /** Ends that are only for the command. */
  #theirs: readonly number[] = NOTHING;

  constructor(native: Native, sockets: readonly number[]) {
    this.#native = native;
    this.#sockets = sockets;
  }

  /** In the order of `plan.passed`. Throws NativeError when a stream cannot be made: close() then. */
  open(plan: Plan): number[] {
    return (plan.passed ?? []).map(({ fd }) =>
      fd.kind === 'socket' ? this.#socket(fd.index) : this.#stream(fd.kind),
    );
  }

  record(keep: Keep): HandoverRecord {
    return this.#ours.map(({ kind, fd }) => ({ kind, fd: keep(fd) }));
  }

  resume(record: HandoverRecord): void {
    this.#ours = record;
  }

  /** Our end of a stream, the caller's to close from now on; undefined: there is none. */
  take(kind: StreamKind): number | undefined {
    const ours = this.#ours.find((each) => each.kind === kind);
    this.#ours = this.#ours.filter((each) => each !== ours);
    return ours?.fd;
  }

  /** The jail has them: kept here they would hide its end. */
  given(): void {
    const theirs = this.#theirs;
    this.#theirs = NOTHING;
    for (const fd of theirs) this.#native.close(fd);
  }

  /** All that nobody took. */
  close(): void {
    this.given();
    for (const { fd } of this.#ours) this.#native.close(fd);
    this.#ours = NOTHING;
  }

  #socket(index: number): number {
    const fd = this.#sockets[index];
    if (fd === undefined) throw new Error(`socket ${index} is not bound`);
    return fd;
  }

  #stream(kind: StreamKind): number {
    const [ours, theirs] = this.#native.streamPair();
    this.#ours = [...this.#ours, { kind, fd: ours }];
    this.#theirs = [...this.#theirs, theirs];
    return theirs;
  }
}
