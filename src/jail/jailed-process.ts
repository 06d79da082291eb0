// One jail: hands the plan to a cloned jailer, hears what becomes of it, signals its command, and ends it whole.
// It knows nothing of restarts: that is the vassal's business.

import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { encodePlan } from '../plan/encode.ts';
import type { OutsideWork, Plan } from '../plan/step.ts';
import { writeIdMaps } from './id-maps.ts';
import { type CommandExit, type JailerMessage, parseMessage, type StepFailure } from './messages.ts';
import type { ExitStatus, Native, NativeError } from './native.ts';

const EPOLLIN = 1;
const SIGKILL = 9;
/** One buffer for all vassals: output is taken over or dropped before the next read. */
const CHUNK = Buffer.allocUnsafe(64 * 1024);

/** The cgroup of a vassal, as far as a jail needs it. */
export interface JailCgroup {
  /** Directory fd for CLONE_INTO_CGROUP; the caller of spawn() closes nothing, the jail does. */
  openDirectory(): number;
  /** fd on cgroup.kill, or -1 where the kernel has none (before 5.14). */
  openKill(): number;
  /** Joins `pid` from outside, for kernels without CLONE_INTO_CGROUP. */
  join(pid: number): void;
  /** Kills every process in it. */
  kill(): void;
  /** Resolves when no live process is in it. */
  emptied(): Promise<void>;
}

export interface JailParts {
  readonly native: Native;
  readonly jailerFd: number;
  /** Descriptor of /dev/null, for stdin and for unwanted output. */
  readonly nullFd: number;
}

/** Where the command's descriptors 0–2 go: a pipe that the jail reads, nowhere, or given ones (`tsjail run`). */
export type JailStdio = 'pipe' | 'null' | readonly [number, number, number];

export interface JailHandlers {
  /** The jailer runs as `pid`; set-up goes on. */
  jailer(pid: number): void;
  /** The command was exec'd. */
  started(commandPid: number, monotonicNs: bigint): void;
  /** The clone or a step of the plan failed; `ended` follows. */
  failed(failure: SpawnFailure): void;
  /** Output of the command; the chunk is reused afterwards. */
  output(chunk: Uint8Array): void;
  /** Every process of the jail is gone. `command` is null when the init could not tell any more. */
  ended(command: CommandExit | null, init: ExitStatus | null): void;
}

export type SpawnFailure =
  | { readonly kind: 'step'; readonly failure: StepFailure }
  | { readonly kind: 'native'; readonly what: string; readonly error: NativeError };

export class JailedProcess {
  readonly #parts: JailParts;
  readonly #plan: Plan;
  readonly #cgroup: JailCgroup | undefined;
  readonly #handlers: JailHandlers;
  #control = -1;
  #output = -1;
  #pidfd = -1;
  #commandPid = 0;
  #command: CommandExit | null = null;
  #failed = false;
  #killWanted = false;

  private constructor(parts: JailParts, plan: Plan, cgroup: JailCgroup | undefined, handlers: JailHandlers) {
    this.#parts = parts;
    this.#plan = plan;
    this.#cgroup = cgroup;
    this.#handlers = handlers;
  }

  /** Starts the jail. What happens is told to `handlers`, never before this returns. Throws NativeError when not even
   *  the descriptors for it can be had (EMFILE); nothing is left open then. */
  static spawn(
    parts: JailParts,
    plan: Plan,
    stdio: JailStdio,
    cgroup: JailCgroup | undefined,
    handlers: JailHandlers,
  ): JailedProcess {
    const jail = new JailedProcess(parts, plan, cgroup, handlers);
    jail.#clone(stdio);
    return jail;
  }

  get commandPid(): number | null {
    return this.#commandPid === 0 ? null : this.#commandPid;
  }

  /** Sends `signal` to the command, by its init, which knows whether it still lives. */
  signal(signal: number): void {
    this.#tell(`signal ${signal}`);
  }

  /** Ends every process of the jail now. `ended` follows. */
  kill(): void {
    this.#killWanted = true;
    if (this.#pidfd === -1) return;
    if (this.#plan.ownPidNamespace) this.#signalInit();
    else if (this.#cgroup) this.#cgroup.kill();
    else this.#closeControl();
  }

  #clone(stdio: JailStdio): void {
    const { native, jailerFd } = this.#parts;
    const theirs = new ChildEnds(native);
    try {
      const [ours, control] = native.controlPair();
      this.#control = ours;
      theirs.own(control);
      const planFd = theirs.own(native.memfd(`tsjail:${this.#plan.name}`, encodePlan(this.#plan)));
      const fds = [...this.#openStdio(stdio, theirs), control, planFd];
      if (this.#cgroup && !this.#plan.ownPidNamespace) theirs.addTo(fds, this.#cgroup.openKill());
      const cgroupFd = this.#openCgroup(theirs);
      const request = {
        flags: this.#plan.cloneFlags,
        cgroupFd,
        fds,
        argv: ['tsjail-jailer', this.#plan.name],
      };
      native.spawn(jailerFd, request, (error, pid, pidfd) => {
        theirs.close();
        if (error) this.#cloneFailed(error);
        else this.#cloned(pid, pidfd);
      });
    } catch (error) {
      theirs.close();
      this.#closeOurs();
      throw error;
    }
  }

  #openStdio(stdio: JailStdio, theirs: ChildEnds): number[] {
    const { native, nullFd } = this.#parts;
    if (stdio === 'null') return [nullFd, nullFd, nullFd];
    if (stdio !== 'pipe') return [...stdio];
    const [read, write] = native.pipe();
    this.#output = read;
    theirs.own(write);
    return [nullFd, write, write];
  }

  #openCgroup(theirs: ChildEnds): number {
    if (!this.#cgroup || !this.#parts.native.features().intoCgroup) return -1;
    return theirs.own(this.#cgroup.openDirectory());
  }

  #cloneFailed(error: NativeError): void {
    this.#closeOurs();
    this.#handlers.failed({ kind: 'native', what: 'clone', error });
    this.#handlers.ended(null, null);
  }

  #cloned(pid: number, pidfd: number): void {
    const { native } = this.#parts;
    this.#pidfd = pidfd;
    native.watchExit(pid, pidfd, (status) => this.#initEnded(status));
    native.watch(this.#control, EPOLLIN, () => this.#hear());
    if (this.#output !== -1) native.watch(this.#output, EPOLLIN, () => this.#readOutput());
    this.#handlers.jailer(pid);
    if (this.#cgroup && !native.features().intoCgroup) this.#cgroup.join(pid);
    if (this.#plan.outside) this.#workFromOutside(pid, this.#plan.outside);
    if (this.#killWanted) this.kill();
  }

  #workFromOutside(pid: number, work: OutsideWork): void {
    const done = () => this.#tell('release');
    this.#prepare(pid, work).then(done, (error: NativeError) => {
      this.#fail({ kind: 'native', what: `set-up of pid ${pid} from outside`, error });
      this.kill();
    });
  }

  async #prepare(pid: number, work: OutsideWork): Promise<void> {
    await writeIdMaps(pid, work);
    for (const { resource, hard } of work.hardLimits) this.#parts.native.raiseHardLimit(pid, resource, hard);
    if (work.nice !== undefined) setPriority(pid, work.nice);
    if (work.oomScoreAdj !== undefined)
      await writeFile(`/proc/${pid}/oom_score_adj`, String(work.oomScoreAdj));
  }

  #hear(): void {
    for (let budget = 16; budget > 0 && this.#control !== -1; budget--) {
      const message = this.#parts.native.receive(this.#control);
      if (message === null) return;
      if (message.data.length === 0) return this.#closeControl();
      const parsed = parseMessage(message.data.toString());
      if (parsed) this.#act(parsed, message.pid);
    }
  }

  #act(message: JailerMessage, sender: number): void {
    if (message.kind === 'exec') this.#commandPid = sender;
    else if (message.kind === 'started' && !this.#failed)
      this.#handlers.started(this.#commandPid, message.monotonicNs);
    else if (message.kind === 'exited') this.#command ??= message.exit;
    else if (message.kind === 'failed') this.#fail({ kind: 'step', failure: message.failure });
  }

  #fail(failure: SpawnFailure): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#handlers.failed(failure);
  }

  #readOutput(): boolean {
    const size = this.#parts.native.read(this.#output, CHUNK);
    if (size > 0) this.#handlers.output(CHUNK.subarray(0, size));
    if (size === 0) this.#closeOutput();
    return size > 0;
  }

  #initEnded(status: ExitStatus): void {
    this.#pidfd = -1;
    if (this.#control !== -1) this.#hear();
    this.#endOfAll().then(() => {
      // A pipe holds at most a mebibyte (pipe(7)): 17 reads empty it even when somebody outside keeps it open.
      for (let budget = 17; budget > 0 && this.#output !== -1 && this.#readOutput(); budget--);
      this.#closeOurs();
      this.#handlers.ended(this.#command, status);
    });
  }

  /** The end of the init is the end of its pid namespace; without one the cgroup tells who is still there. */
  async #endOfAll(): Promise<void> {
    if (this.#plan.ownPidNamespace) return;
    if (this.#cgroup) {
      this.#cgroup.kill();
      await this.#cgroup.emptied();
    }
  }

  #signalInit(): void {
    try {
      this.#parts.native.signal(this.#pidfd, SIGKILL);
    } catch (error) {
      // ESRCH: dead already, its exit is on the way.
      if ((error as NativeError).code !== 'ESRCH') throw error;
    }
  }

  #tell(text: string): void {
    if (this.#control === -1) return;
    try {
      this.#parts.native.send(this.#control, text);
    } catch (error) {
      // EPIPE, ECONNRESET: the init is gone, its exit is on the way.
      if (!['EPIPE', 'ECONNRESET'].includes((error as NativeError).code)) throw error;
    }
  }

  #closeControl(): void {
    this.#control = this.#drop(this.#control);
  }

  #closeOutput(): void {
    this.#output = this.#drop(this.#output);
  }

  #closeOurs(): void {
    this.#closeControl();
    this.#closeOutput();
  }

  #drop(fd: number): -1 {
    if (fd === -1) return -1;
    this.#parts.native.unwatch(fd);
    this.#parts.native.close(fd);
    return -1;
  }
}

/** Descriptors that are the child's: open until it has them. */
class ChildEnds {
  readonly #native: Native;
  readonly #fds: number[] = [];

  constructor(native: Native) {
    this.#native = native;
  }

  own(fd: number): number {
    this.#fds.push(fd);
    return fd;
  }

  addTo(list: number[], fd: number): void {
    if (fd !== -1) list.push(this.own(fd));
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) this.#native.close(fd);
  }
}
