// The memory of one file: tells whether what is there now is something new.
import { hash } from 'node:crypto';
import type { FileStats } from './disk.ts';
import { type MonitorOptions, TIMES, type Times } from './options.ts';
import { Patience } from './patience.ts';
import { type Reading, readConfig, unfitness } from './read-config.ts';
import type { Sighting } from './sight.ts';
import { identityOf, isFresh, isSameSignature, type Signature, signatureOf } from './signature.ts';

export type Result =
  | { readonly kind: 'text'; readonly bytes: Buffer; readonly stats: FileStats; readonly version: string }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'gone' };

export interface Look {
  /** Undefined: nothing new. */
  readonly result?: Result | undefined;
  /** When to look again without being hinted at. */
  readonly againMs?: number | undefined;
}

const SAME: Look = {};

export class TrackedFile {
  readonly #path: string;
  readonly #options: MonitorOptions;
  readonly #times: Times;
  /** Of the last result. */
  #version: string | undefined;
  /** Of the text that was read last; undefined when there is none. */
  #signature: Signature | undefined;
  /** Who owns the symbolic link, where that matters. */
  #link = '';
  /** The signature may be that of a later change too. */
  #ambiguous = false;
  #patience: Patience | undefined;
  #quiet: { readonly signature: Signature; readonly sinceMs: number } | undefined;

  constructor(path: string, options: MonitorOptions) {
    this.#path = path;
    this.#options = options;
    this.#times = options.times ? { ...TIMES, ...options.times } : TIMES;
  }

  /** Of the last result; undefined: there was none. */
  get version(): string | undefined {
    return this.#version;
  }

  /** That version is known: what is found is new if it is another one. */
  resume(version: string | undefined): void {
    this.#version = version;
  }

  get isWaiting(): boolean {
    return this.#patience !== undefined;
  }

  /** What is found next is new, whatever it is. */
  forget(): void {
    this.#version = undefined;
    this.#signature = undefined;
  }

  /** Is a regular file with that signature what was read last? */
  knows(signature: Signature): boolean {
    return this.#link === '' && this.#isKnown(signature);
  }

  async look(sighting: Sighting): Promise<Look> {
    if (sighting.kind === 'gone') return this.#settle(sighting);
    if (sighting.kind === 'broken') return this.#settle({ kind: 'failure', message: sighting.message });
    const link = this.#ownerOfLink(sighting);
    if (link === this.#link && this.#isKnown(signatureOf(sighting.target))) return SAME;
    this.#link = link;
    const unfit = unfitness(sighting.target);
    if (unfit) return this.#settle({ kind: 'failure', message: unfit });
    const { disk, nofollow } = this.#options;
    const nowMs = Date.now();
    const reading = await readConfig(this.#path, {
      disk,
      nofollow,
      isStill: (stats) => this.#isStill(stats),
    });
    return this.#take(reading, nowMs);
  }

  #ownerOfLink({ entry }: Extract<Sighting, { kind: 'there' }>): string {
    return this.#options.ownerMatters && entry.isSymbolicLink() ? `:${entry.uid}:${entry.gid}` : '';
  }

  #isKnown(signature: Signature): boolean {
    if (this.#signature === undefined || this.#ambiguous || this.isWaiting) return false;
    return isSameSignature(this.#signature, signature);
  }

  #take(reading: Reading, nowMs: number): Look {
    if (reading.kind === 'wait') return this.#wait(reading);
    if (reading.kind !== 'text') return this.#settle(reading);
    const look = this.#settle({ ...reading, version: this.#versionOf(reading) });
    this.#signature = signatureOf(reading.stats);
    this.#ambiguous = isFresh(this.#signature, nowMs);
    return look;
  }

  /** Without the time of change: chmod(1) is no new version. What it could hide, the hash shows. */
  #versionOf({ stats, bytes }: { readonly stats: FileStats; readonly bytes: Buffer }): string {
    const { size, mtimeNs, uid, gid } = stats;
    const version = [identityOf(stats), size, mtimeNs, hash('sha256', bytes, 'base64url')].join(':');
    return this.#options.ownerMatters ? `${version}:${uid}:${gid}${this.#link}` : version;
  }

  #settle(result: Result): Look {
    this.#patience = undefined;
    this.#signature = undefined;
    return this.#compare(result);
  }

  #wait({ reason, message }: Extract<Reading, { kind: 'wait' }>): Look {
    const nowMs = performance.now();
    if (!this.#patience?.isFor(reason)) this.#patience = new Patience(reason, this.#times, nowMs);
    const told = this.#patience.isOver(nowMs) ? this.#compare({ kind: 'failure', message }) : SAME;
    return { ...told, againMs: this.#patience.nextMs(nowMs) };
  }

  #compare(result: Result): Look {
    const version = result.kind === 'text' ? result.version : `${result.kind} ${messageOf(result)}`;
    if (version === this.#version) return SAME;
    this.#version = version;
    return { result };
  }

  /** By our own clock: that of a file server may go wrong. */
  #isStill(stats: FileStats): boolean {
    const signature = signatureOf(stats);
    const nowMs = performance.now();
    if (this.#quiet && isSameSignature(this.#quiet.signature, signature)) {
      return nowMs - this.#quiet.sinceMs >= this.#times.stillMs;
    }
    this.#quiet = { signature, sinceMs: nowMs };
    return false;
  }
}

function messageOf(result: Exclude<Result, { kind: 'text' }>): string {
  return result.kind === 'failure' ? result.message : '';
}
