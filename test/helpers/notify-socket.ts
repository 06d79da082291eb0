// A service manager as far as sd_notify(3) goes: a socket that hears what a daemon says, in the order in which it does.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { tempDirectory } from './temp-directory.ts';

const EPOLLIN = 1;
const DEADLINE_MS = 15_000;

export type Heard = Readonly<Record<string, string>>;

export class NotifySocket {
  readonly path = join(tempDirectory(), 'notify');
  readonly heard: Heard[] = [];
  readonly #wake = new Set<() => void>();

  constructor() {
    const native = loadNative(ADDON_PATH);
    const fd = native.bindDatagram(this.path);
    native.watch(fd, EPOLLIN, () => {
      for (let next = native.receiveDatagram(fd); next; next = native.receiveDatagram(fd))
        this.heard.push(fieldsOf(next.data.toString()));
      for (const wake of [...this.#wake]) wake();
    });
    onTestFinished(() => native.close(fd));
  }

  /** The first message from number `from` on that has what is asked for. */
  async until(is: (message: Heard) => boolean, from = 0): Promise<Heard> {
    for (;;) {
      const found = this.heard.slice(from).find(is);
      if (found) return found;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`never heard: ${JSON.stringify(this.heard)}`)),
          DEADLINE_MS,
        );
        const wake = () => {
          clearTimeout(timer);
          this.#wake.delete(wake);
          resolve();
        };
        this.#wake.add(wake);
      });
    }
  }
}

export function isHeard(field: string, value: string): (message: Heard) => boolean {
  return (message) => message[field] === value;
}

function fieldsOf(text: string): Heard {
  return Object.fromEntries(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
