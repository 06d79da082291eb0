// Opens files with a tenant's rights: a jailer becomes him and does it, so that the kernel decides what he may see, and nothing
// that he may have put there can hold the daemon up.
import { getSystemErrorName } from 'node:util';
import type { Tenant } from '../config/tenant.ts';
import { barePlan } from '../plan/bare.ts';
import { type Step, step } from '../plan/step.ts';
import { becomeTenant } from '../plan/tenant.ts';
import type { ProgramParts } from './host-program.ts';
import { parseMessage } from './messages.ts';
import type { ExitStatus, NativeError } from './native.ts';
import { orderFor } from './order.ts';

const EPOLLIN = 1;
const NEW_PIPE = -1;
const SIGKILL = 9;
/** A server of files that is the tenant's own may never answer. */
const PATIENCE_MS = 5000;
const CHUNK = Buffer.allocUnsafe(64 * 1024);
/** Messages of one helper: what it has opened, or why not. */
const MOST_MESSAGES = 4;

/** Text of a regular file, or why he cannot have it. */
export async function readAs(
  parts: ProgramParts,
  tenant: Tenant,
  path: string,
): Promise<{ readonly text: string } | { readonly failure: string }> {
  const end = await new Helper(parts, tenant, step('read-file', [path])).end;
  if (end.fd !== -1) parts.native.close(end.fd);
  return 'failure' in end ? { failure: end.failure } : { text: Buffer.concat(end.output).toString('utf8') };
}

/** Descriptor of a log file, for appending; the caller's to close. Rejects with the reason. */
export async function openLogAs(parts: ProgramParts, tenant: Tenant, path: string): Promise<number> {
  const end = await new Helper(parts, tenant, step('open-log', [path])).end;
  if (end.fd !== -1 && !('failure' in end)) return end.fd;
  if (end.fd !== -1) parts.native.close(end.fd);
  throw new Error('failure' in end ? end.failure : 'no descriptor came');
}

/** The file, where it is at its path still, becomes `path.1`, and so on. Rejects with the reason. */
export async function putLogAsideAs(
  parts: ProgramParts,
  tenant: Tenant,
  path: string,
  { keep, inode }: { readonly keep: number; readonly inode: bigint },
): Promise<void> {
  const end = await new Helper(parts, tenant, step('rotate-log', [path, String(keep), String(inode)])).end;
  if ('failure' in end) throw new Error(end.failure);
}

interface End {
  readonly output: readonly Buffer[];
  /** -1: none came. */
  readonly fd: number;
  readonly failure?: string;
}

class Helper {
  readonly end: Promise<End>;
  readonly #parts: ProgramParts;
  readonly #output: Buffer[] = [];
  #pidfd = -1;
  #isLate = false;
  #control = -1;
  #pipe = -1;
  #fd = -1;
  #failure: string | undefined;

  constructor(parts: ProgramParts, tenant: Tenant, deed: Step) {
    this.#parts = parts;
    this.end = new Promise((resolve) => {
      try {
        this.#spawn(tenant, deed, (failure) => {
          const { output, fd } = { output: this.#output, fd: this.#fd };
          resolve(failure === undefined ? { output, fd } : { output, fd, failure });
        });
      } catch (error) {
        resolve({ output: [], fd: -1, failure: (error as NativeError).code });
      }
    });
  }

  #spawn(tenant: Tenant, deed: Step, done: (failure: string | undefined) => void): void {
    const { native, jailerFd, nullFd } = this.#parts;
    const steps = [step('session'), step('not-dumpable'), ...becomeTenant(tenant), deed, step('hook-done')];
    const order = orderFor(native, barePlan(deed.name, steps), undefined);
    const [control, output] = native.spawn(
      jailerFd,
      order,
      nullFd,
      NEW_PIPE,
      nullFd,
      [],
      (error, pid, pidfd) => {
        if (error) return this.#over(timer, undefined, error.code, done);
        this.#pidfd = pidfd;
        native.watch(output, EPOLLIN, () => this.#read());
        native.watchExit(pid, pidfd, (status) => {
          this.#pidfd = -1;
          this.#over(timer, status, undefined, done);
        });
        if (this.#isLate) this.#giveUp();
      },
    );
    // Not before: where there is nothing to be had for it, there is nobody to be given up.
    const timer = setTimeout(() => this.#giveUp(), PATIENCE_MS);
    this.#control = control;
    this.#pipe = output;
  }

  #giveUp(): void {
    this.#isLate = true;
    if (this.#pidfd === -1) return;
    try {
      this.#parts.native.signal(this.#pidfd, SIGKILL);
    } catch (error) {
      // ESRCH: dead already, its exit is on the way.
      if ((error as NativeError).code !== 'ESRCH') throw error;
    }
  }

  #over(
    timer: NodeJS.Timeout,
    status: ExitStatus | undefined,
    error: string | undefined,
    done: (failure: string | undefined) => void,
  ): void {
    clearTimeout(timer);
    // It writes a mebibyte and a chunk at most.
    while (this.#pipe !== -1 && this.#read());
    this.#hear();
    this.#closePipe();
    this.#parts.native.close(this.#control);
    done(error ?? this.#failure ?? this.#unspoken(status));
  }

  /** Of one that said nothing. */
  #unspoken(status: ExitStatus | undefined): string | undefined {
    if (status?.code === 0) return undefined;
    return this.#isLate ? 'ETIMEDOUT' : 'EIO';
  }

  #read(): boolean {
    const size = this.#parts.native.read(this.#pipe, CHUNK);
    if (size > 0) this.#output.push(Buffer.from(CHUNK.subarray(0, size)));
    if (size === 0) this.#closePipe();
    return size > 0;
  }

  #closePipe(): void {
    if (this.#pipe === -1) return;
    this.#parts.native.unwatch(this.#pipe);
    this.#parts.native.close(this.#pipe);
    this.#pipe = -1;
  }

  /** It is dead, and was our own program to its end: it execs nothing. */
  #hear(): void {
    for (let budget = MOST_MESSAGES; budget > 0; budget--) {
      const message = this.#parts.native.receiveTrusted(this.#control);
      if (message === null || message.data.length === 0) return;
      if (message.fd !== -1 && this.#fd === -1) this.#fd = message.fd;
      else if (message.fd !== -1) this.#parts.native.close(message.fd);
      const parsed = parseMessage(message.data.toString());
      if (parsed?.kind === 'failed') this.#failure = reasonOf(parsed.failure);
    }
  }
}

function reasonOf({ errno, detail }: { readonly errno: number; readonly detail: string }): string {
  return errno === 0 ? detail : getSystemErrorName(-errno);
}
