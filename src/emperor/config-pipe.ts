// Our end of the stream that a uWSGI vassal without a file gets its text by: a header of four bytes, then the text, once at
// the start and whenever it asks (uwsgi_scheme_emperor, core/io.c). What it does not read at once waits here.
import type { Keep } from '../jail/jail.ts';
import type { PipeSystem } from './emperor-pipe.ts';

const EPOLLOUT = 4;
/** Modifier of a packet that holds a config. */
const CONFIG = 115;
const HEADER_BYTES = 4;
const NOTHING = Buffer.alloc(0);

export interface ConfigPipeRecord {
  readonly fd: number;
  /** In base 64. */
  readonly rest: string;
  readonly next: string;
}

export class ConfigPipe {
  readonly #native: PipeSystem;
  #fd: number;
  /** Of what is being sent. */
  #rest: Buffer = NOTHING;
  /** The newest text, where that has to wait. */
  #next: Buffer = NOTHING;
  #isWatched = false;

  /** Owns `fd`. */
  constructor(native: PipeSystem, fd: number) {
    this.#native = native;
    this.#fd = fd;
  }

  record(keep: Keep): ConfigPipeRecord {
    const [rest, next] = [this.#rest.toString('base64'), this.#next.toString('base64')];
    return { fd: keep(this.#fd), rest, next };
  }

  /** What waits is written when it can be. */
  resume({ rest, next }: ConfigPipeRecord): void {
    this.#rest = Buffer.from(rest, 'base64');
    this.#next = Buffer.from(next, 'base64');
    if (this.#fd !== -1) this.#watch(this.#rest.length > 0);
  }

  /** One that is half sent is sent whole, or this one would not be understood. */
  send(text: string): void {
    this.#next = packet(text);
    this.#write();
  }

  close(): void {
    if (this.#fd === -1) return;
    this.#watch(false);
    this.#native.close(this.#fd);
    this.#fd = -1;
    this.#rest = NOTHING;
  }

  #write(): void {
    if (this.#fd === -1) return;
    try {
      // Two at most: what is half sent, and what waits.
      if (this.#rest.length > 0) this.#writeRest();
      if (this.#rest.length === 0 && this.#next.length > 0) {
        this.#rest = this.#next;
        this.#next = NOTHING;
        this.#writeRest();
      }
    } catch {
      // It is gone: its exit tells why.
      return this.close();
    }
    this.#watch(this.#rest.length > 0);
  }

  #writeRest(): void {
    const size = this.#native.write(this.#fd, this.#rest);
    this.#rest = this.#rest.subarray(Math.max(0, size));
  }

  #watch(wanted: boolean): void {
    if (wanted === this.#isWatched) return;
    this.#isWatched = wanted;
    if (wanted) this.#native.watch(this.#fd, EPOLLOUT, () => this.#write());
    else this.#native.unwatch(this.#fd);
  }
}

function packet(text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(CONFIG, 0);
  header.writeUInt16LE(body.length, 1);
  return Buffer.concat([header, body]);
}
