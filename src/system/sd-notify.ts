// Tells the service manager of us (sd_notify(3)): one datagram after the other, in their order, and nobody ever waits for it.

/** The call of the addon that it takes. */
export interface NotifySystem {
  sendDatagram(path: string, data: string): void;
}

export type NotifyField =
  | 'READY'
  | 'RELOADING'
  | 'MONOTONIC_USEC'
  | 'STOPPING'
  | 'STATUS'
  | 'WATCHDOG'
  | 'WATCHDOG_USEC'
  | 'EXTEND_TIMEOUT_USEC';
export type NotifyMessage = Readonly<Partial<Record<NotifyField, string | number>>>;

/** The manager reads when it has time; until then its socket may be full. */
const AGAIN_MS = 50;
const MOST_WAITING = 64;

export class ServiceManager {
  readonly #path: string;
  readonly #system: NotifySystem;
  readonly #trouble: (error: Error) => void;
  readonly #waiting: string[] = [];
  #again: NodeJS.Timeout | undefined;
  #isTold = false;

  /** `trouble`: it cannot be reached; told once. */
  constructor(path: string, system: NotifySystem, trouble: (error: Error) => void) {
    this.#path = path;
    this.#system = system;
    this.#trouble = trouble;
  }

  tell(message: NotifyMessage): void {
    const text = Object.entries(message)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');
    // Only a manager that has hung for long has so many before it: the oldest say nothing any more.
    if (this.#waiting.length >= MOST_WAITING) this.#waiting.shift();
    this.#waiting.push(text);
    if (this.#again === undefined) this.#send();
  }

  #send(): void {
    this.#again = undefined;
    for (let text = this.#waiting[0]; text !== undefined; text = this.#waiting[0]) {
      if (!this.#isSent(text)) return;
      this.#waiting.shift();
    }
  }

  #isSent(text: string): boolean {
    try {
      this.#system.sendDatagram(this.#path, text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        this.#again = setTimeout(() => this.#send(), AGAIN_MS);
        // A daemon that is done does not stay for it.
        this.#again.unref();
        return false;
      }
      if (!this.#isTold) this.#trouble(error as Error);
      this.#isTold = true;
    }
    return true;
  }
}

/** Undefined: nobody wants to be told. What is no unix socket (vsock of a virtual machine) is not for a service. */
export function notifySocket({ NOTIFY_SOCKET: path }: Readonly<NodeJS.ProcessEnv>): string | undefined {
  return path !== undefined && /^[/@]./.test(path) ? path : undefined;
}
