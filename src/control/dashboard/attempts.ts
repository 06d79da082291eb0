// Wrong tokens, by the address that they came from: after a few, it has to wait, and each time for longer. Nothing wakes up for it.
import { isIP } from 'node:net';

const FREE = 5;
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** More addresses than that are not remembered: the oldest makes room. */
const MOST = 1024;

interface Record {
  failures: number;
  /** Milliseconds of the clock that is given. */
  until: number;
}

export class Attempts {
  readonly #records = new Map<string, Record>();

  /** Seconds until it may try again; 0: now. */
  wait(address: string, now: number): number {
    const left = (this.#records.get(network(address))?.until ?? 0) - now;
    return left > 0 ? Math.ceil(left / 1000) : 0;
  }

  /** Returns how many there were in a row. */
  failed(address: string, now: number): number {
    const key = network(address);
    const record = this.#records.get(key) ?? { failures: 0, until: 0 };
    this.#records.delete(key);
    record.failures++;
    if (record.failures >= FREE)
      record.until = now + Math.min(LONGEST_MS, FIRST_MS * 2 ** (record.failures - FREE));
    this.#records.set(key, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > MOST && oldest !== undefined) this.#records.delete(oldest);
    return record.failures;
  }

  succeeded(address: string): void {
    this.#records.delete(network(address));
  }
}

/** Who has one address of IPv6 has all of its network. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return isIP(plain) === 6 ? plain.split(':').slice(0, 4).join(':') : plain;
}
