// Our end of the control socket of a jail: what its jailer tells, as messages, and what it is told.
import { type JailerMessage, parseMessage } from './messages.ts';
import type { Native, NativeError, TrustedMessage } from './native.ts';

const EPOLLIN = 1;
/** Of an init that is dead: each target that it has made is one. */
const MOST_LAST_WORDS = 4096;
/** More of them wait for the next turn of the loop. */
const MOST_AT_ONCE = 16;
/** EPIPE, ECONNRESET: the init is gone, its exit is on the way. The others: there is no memory for it at this moment, and no
 *  reason to end all vassals; as with a word that nobody reads, a timeout will see to it. */
const UNHEARD: readonly string[] = ['EPIPE', 'ECONNRESET', 'ENOBUFS', 'ENOMEM'];
/** A jailer's messages are shorter. */
const LONGEST = 640;
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;
/** What a start tells that somebody has to undo or to know even when it is given up. */
const DEEDS: readonly JailerMessage['kind'][] = ['mounted', 'made', 'exited'];

export interface ChannelHandlers {
  /** Only then descriptors are taken that come along. */
  isTrusted(): boolean;
  /** `sender`: as the kernel says. */
  message(message: JailerMessage, sender: number): void;
  /** That step uses a directory of the host. `lock` is the handler's to close; -1: there is none. Undefined: nobody cares. */
  readonly held: ((step: number, identity: string, lock: number) => void) | undefined;
}

export class ControlChannel {
  readonly #native: Native;
  readonly #handlers: ChannelHandlers;
  #fd: number;

  /** `fd` is closed by close(), or when the other side is gone. */
  constructor(native: Native, fd: number, handlers: ChannelHandlers) {
    this.#native = native;
    this.#fd = fd;
    this.#handlers = handlers;
  }

  /** -1: it is closed. */
  get fd(): number {
    return this.#fd;
  }

  listen(): void {
    this.#native.watch(this.#fd, EPOLLIN, () => this.#hear(MOST_AT_ONCE));
  }

  /** Gives the spawn up that makes the jail: see Native.killSpawn(). */
  killSpawn(): boolean {
    return this.#fd === -1 || this.#native.killSpawn(this.#fd);
  }

  tell(text: string): void {
    if (this.#fd === -1) return;
    try {
      this.#native.send(this.#fd, text);
    } catch (error) {
      if (!UNHEARD.includes((error as NativeError).code)) throw error;
    }
  }

  /** Of an init that has ended. */
  hearLastWords(): void {
    this.#hear(MOST_LAST_WORDS);
    this.hearDeeds();
  }

  /** The last that counts of a start that is given up: what was done to the host must be undone. */
  hearDeeds(): void {
    while (this.#handlers.isTrusted() && this.#fd !== -1) {
      const message = this.#receive();
      if (message === null || message.data.length === 0) return;
      const parsed = this.#parsed(message);
      if (parsed && DEEDS.includes(parsed.kind)) this.#handlers.message(parsed, message.pid);
    }
  }

  close(): void {
    if (this.#fd === -1) return;
    this.#native.unwatch(this.#fd);
    this.#native.close(this.#fd);
    this.#fd = -1;
  }

  #hear(most: number): void {
    for (let budget = most; budget > 0 && this.#fd !== -1; budget--) {
      const message = this.#receive();
      if (message === null) return;
      if (message.data.length === 0) return this.close();
      const parsed = this.#parsed(message);
      if (parsed) this.#handlers.message(parsed, message.pid);
    }
  }

  #receive(): TrustedMessage | null {
    if (this.#handlers.isTrusted()) return this.#native.receiveTrusted(this.#fd);
    const message = this.#native.receive(this.#fd);
    return message && { ...message, fd: -1 };
  }

  #parsed({ data, fd }: TrustedMessage): JailerMessage | undefined {
    const { held, isTrusted } = this.#handlers;
    const parsed = isTrusted() ? parseMessage(data) : parseUntrusted(data);
    if (parsed?.kind === 'held' && held && isTrusted()) held(parsed.step, parsed.identity, fd);
    else if (fd !== -1) this.#native.close(fd);
    return parsed;
  }
}

/** What a command says of itself is shown as what it is: hostile, and in full. */
function parseUntrusted(data: string): JailerMessage | undefined {
  const said = parseMessage(data);
  return said?.kind === 'notify' ? said : parseMessage(harmless(data));
}

/** Whoever has taken a jailer over may say what a terminal obeys. */
function harmless(data: string): string {
  return data.slice(0, LONGEST).replace(CONTROL, '?');
}
