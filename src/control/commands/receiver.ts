// Takes datagrams in, from whoever may command: what is malformed, from others, or too much at once is dropped with a word.
import { Complaints } from './complaints.ts';
import { type ObeyParts, obey } from './obey.ts';
import { readPacket } from './packet.ts';

/** Commands that are not done yet: one who sends them faster than that has no use for them. */
const MOST_PENDING = 64;

export interface ReceivedDatagram {
  readonly data: Uint8Array;
  /** It was longer than what is taken. */
  readonly cut: boolean;
  /** For the log. */
  readonly who: string;
  readonly permitted: boolean;
}

export class Receiver {
  readonly #parts: ObeyParts;
  readonly #where: string;
  readonly #complaints: Complaints;
  #pending = 0;

  constructor(parts: ObeyParts, where: string) {
    this.#parts = parts;
    this.#where = where;
    this.#complaints = new Complaints((message) => parts.log('warn', message, ''));
  }

  take({ data, cut, who, permitted }: ReceivedDatagram): void {
    // Whoever looks whether somebody listens here sends nothing.
    if (data.length === 0) return;
    const packet = cut ? undefined : readPacket(data);
    if (!permitted) return this.#drop(`refused: ${who} may give no commands`);
    if (packet === undefined) return this.#drop(`dropped: no command of uWSGI's from ${who}`);
    if (this.#pending >= MOST_PENDING) return this.#drop(`dropped: too many commands at once, from ${who}`);
    this.#pending++;
    obey(packet, who, { ...this.#parts, complain: (message) => this.#drop(message) }).then(
      () => this.#pending--,
      (error: Error) => {
        this.#pending--;
        this.#drop(`command ${packet.command}: this is a bug: ${error.stack}`);
      },
    );
  }

  /** Nothing can be taken in any more. */
  failed(error: Error): void {
    this.#parts.log('warn', `command socket ${this.#where}: ${error.message}: it is heard no more`, '');
  }

  #drop(message: string): void {
    this.#complaints.about(`command socket ${this.#where}: ${message}`);
  }
}
