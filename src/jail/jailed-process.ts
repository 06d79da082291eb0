// One jail: hands the plan to a cloned jailer, hears what becomes of it, signals its command, and ends it whole.
// It knows nothing of restarts: that is the vassal's business.
import type { OutsideWork, Plan } from '../plan/step.ts';
import { ControlChannel } from './control-channel.ts';
import { HostProgram, programSteps } from './host-program.ts';
import type { JailCgroup, JailHandlers, JailParts, JailStdio, Keep, SpawnFailure } from './jail.ts';
import type { CommandExit, JailerMessage } from './messages.ts';
import type { ExitStatus, NativeError } from './native.ts';
import { orderFor } from './order.ts';
import { OutputPipe } from './output-pipe.ts';
import { type OutsideError, runMapHelpers, workFromOutside } from './outside.ts';
import { removeStaleSocket } from './stale-socket.ts';

const SIGKILL = 9;
/** The moment between clone(2) and its answer. */
const RETRY_MS = 10;
/** An init that is told to end its jail does so at once, but for its last hooks (0.9 s). One that is stopped never does. */
const INIT_PATIENCE_MS = 2000;
/** In the stdio of a spawn. */
const NEW_PIPE = -1;

/** A jail whose command was exec'd, for a daemon that takes the place of this one. */
export interface ProcessRecord {
  readonly pid: number;
  readonly pidfd: number;
  /** -1: closed. */
  readonly control: number;
  readonly output: number;
  readonly commandPid: number;
  /** It has ended, and its init has not yet. */
  readonly command: CommandExit | null;
  readonly killWanted: boolean;
}

export class JailedProcess {
  readonly #parts: JailParts;
  readonly #plan: Plan;
  readonly #cgroup: JailCgroup | undefined;
  readonly #handlers: JailHandlers;
  #control: ControlChannel | undefined;
  #output: OutputPipe | undefined;
  #pid = 0;
  #pidfd = -1;
  #commandPid = 0;
  #command: CommandExit | null = null;
  /** In set-up the jailer is ours; what its process says after that may be a vassal's that has taken it over. */
  #inSetUp = true;
  #killWanted = false;
  #lastResort: NodeJS.Timeout | undefined;
  /** It writes a map at this moment. */
  #helper: HostProgram | undefined;

  private constructor(parts: JailParts, plan: Plan, cgroup: JailCgroup | undefined, handlers: JailHandlers) {
    this.#parts = parts;
    this.#plan = plan;
    this.#cgroup = cgroup;
    this.#handlers = handlers;
  }

  /** Starts the jail. What happens is told to `handlers`, never before this returns. `passed`: what `plan.passed` names, open
   *  until `jailer` or `ended` is told. Throws NativeError when not even the descriptors for it can be had (EMFILE);
   *  nothing is left open then. */
  static spawn(
    parts: JailParts,
    plan: Plan,
    stdio: JailStdio,
    cgroup: JailCgroup | undefined,
    handlers: JailHandlers,
    passed: readonly number[] = [],
  ): JailedProcess {
    const jail = new JailedProcess(parts, plan, cgroup, handlers);
    jail.#clone(jail.#descriptors(stdio), passed);
    return jail;
  }

  /** One that is up since a daemon before this one. Nothing is told before this returns. */
  static resume(
    parts: JailParts,
    plan: Plan,
    cgroup: JailCgroup | undefined,
    handlers: JailHandlers,
    record: ProcessRecord,
  ): JailedProcess {
    const jail = new JailedProcess(parts, plan, cgroup, handlers);
    jail.#resume(record);
    return jail;
  }

  #resume({ pid, pidfd, control, output, commandPid, command, killWanted }: ProcessRecord): void {
    this.#inSetUp = false;
    this.#pid = pid;
    this.#pidfd = pidfd;
    this.#commandPid = commandPid;
    this.#command = command;
    this.#output = this.#pipe(output);
    if (control !== -1) this.#control = this.#channel(control);
    this.#listen();
    if (killWanted) this.kill();
  }

  /** It is up, and its end has not been heard of. */
  get isSettled(): boolean {
    return !this.#inSetUp && this.#pidfd !== -1;
  }

  /** What it prints waits in its pipe until wake(). */
  hush(): void {
    this.#output?.hush();
  }

  wake(): void {
    this.#output?.wake();
  }

  record(keep: Keep): ProcessRecord {
    return {
      pid: this.#pid,
      pidfd: keep(this.#pidfd),
      control: keep(this.#control?.fd ?? -1),
      output: keep(this.#output?.fd ?? -1),
      commandPid: this.#commandPid,
      command: this.#command,
      killWanted: this.#killWanted,
    };
  }

  get commandPid(): number | null {
    return this.#commandPid === 0 ? null : this.#commandPid;
  }

  /** Of the jailer; undefined before it is there and after its end. The jail's to close. */
  get pidfd(): number | undefined {
    return this.#pidfd === -1 ? undefined : this.#pidfd;
  }

  /** What the jailer has asked for is done. */
  goOn(): void {
    this.#tell('release');
  }

  /** Something that the start needs has failed outside of the jail. */
  giveUp(failure: SpawnFailure): void {
    this.#fail(failure);
    this.kill();
  }

  /** The hooks of `event` are done before anything else that is said from now on. */
  announce(event: 'stop' | 'reload'): void {
    // An init without such hooks would only be woken for it.
    if (this.#plan.steps.some(({ name }) => name === 'hook-later')) this.#tell(`event ${event}`);
  }

  /** Sends `signal` to the command, by its init, which knows whether it still lives. */
  signal(signal: number): void {
    this.#tell(`signal ${signal}`);
  }

  /** Ends every process of the jail now. `ended` follows. */
  kill(): void {
    this.#killWanted = true;
    this.#helper?.kill();
    if (this.#pidfd === -1) return this.#killInTheMaking();
    if (this.#plan.ownPidNamespace) return this.#signalInit();
    this.#tell('kill');
    this.#control?.hearDeeds();
    // The init ends its descendants, whatever group they are in; the group ends the init too.
    this.#control?.close();
    this.#cgroup?.kill().catch(this.#handlers.trouble);
    // Then whoever it leaves comes to us.
    this.#lastResort ??= setTimeout(() => this.#signalInit(), INIT_PATIENCE_MS);
  }

  /** A child that is stopped or frozen before its exec never gets us a pidfd, and blocks a launcher. */
  #killInTheMaking(): void {
    if (this.#control === undefined || this.#control.killSpawn()) return;
    setTimeout(() => {
      if (this.#pidfd === -1) this.#killInTheMaking();
    }, RETRY_MS);
  }

  #clone(stdio: readonly [number, number, number], passed: readonly number[]): void {
    const { native, jailerFd } = this.#parts;
    const order = orderFor(native, this.#plan, this.#cgroup);
    const done = (error: NativeError | null, pid: number, pidfd: number) => {
      if (error) this.#cloneFailed(error);
      else this.#cloned(pid, pidfd);
    };
    // By number: taking an array apart costs ten microseconds when it is done now and then.
    const ends = native.spawn(jailerFd, order, stdio[0], stdio[1], stdio[2], passed, done);
    this.#control = this.#channel(ends[0]);
    this.#output = this.#pipe(ends[1]);
  }

  #pipe(fd: number): OutputPipe {
    return new OutputPipe(this.#parts.native, fd, this.#handlers);
  }

  #channel(fd: number): ControlChannel {
    return new ControlChannel(this.#parts.native, fd, {
      isTrusted: () => this.#inSetUp && !isTenants(this.#plan),
      message: (message, sender) => this.#act(message, sender),
      held: this.#handlers.held?.bind(this.#handlers),
    });
  }

  #descriptors(stdio: JailStdio): readonly [number, number, number] {
    const { nullFd } = this.#parts;
    if (stdio === 'null') return [nullFd, nullFd, nullFd];
    return stdio === 'pipe' ? [nullFd, NEW_PIPE, NEW_PIPE] : stdio;
  }

  #cloneFailed(error: NativeError): void {
    this.#closeOurs();
    // Given up before its turn (ECANCELED): nothing failed.
    if (!this.#killWanted) this.#fail({ kind: 'native', what: 'clone', error });
    this.#handlers.ended(null, null);
  }

  #cloned(pid: number, pidfd: number): void {
    this.#pid = pid;
    this.#pidfd = pidfd;
    this.#listen();
    this.#handlers.jailer(pid);
    const { outside } = this.#plan;
    if (outside?.when === 'cloned' && outside.helpers.length > 0) void this.#workWithHelpers(pid, outside);
    else if (outside?.when === 'cloned') this.#workFromOutside(pid, outside);
    if (this.#killWanted) this.kill();
  }

  #listen(): void {
    const { native } = this.#parts;
    native.watchExit(this.#pid, this.#pidfd, (status) => this.#initEnded(status));
    this.#control?.listen();
    this.#output?.listen();
  }

  /** The sender waits for it, so the number is its own still. */
  #mapIds(pid: number): void {
    const { outside } = this.#plan;
    if (outside?.when === 'asked' && pid > 0) this.#workFromOutside(pid, outside);
  }

  /** Helpers are told of the jail by its number, over turns of the loop: until they are done it is not reaped, even when it
   *  dies meanwhile, so that the number is nobody else's. */
  async #workWithHelpers(pid: number, work: OutsideWork): Promise<void> {
    this.#parts.native.holdExit(pid);
    try {
      await runMapHelpers(pid, work, (argv) => this.#startHelper(argv));
      if (!this.#killWanted) this.#workFromOutside(pid, work);
    } catch (error) {
      if (!this.#killWanted) this.#fail({ kind: 'outside', error: error as OutsideError });
      this.kill();
    } finally {
      this.#helper = undefined;
      this.#parts.native.releaseExit(pid);
    }
  }

  #startHelper(argv: readonly string[]): HostProgram {
    const helper = new HostProgram(this.#parts, programSteps(argv));
    this.#helper = helper;
    if (this.#killWanted) helper.kill();
    return helper;
  }

  #workFromOutside(pid: number, work: OutsideWork): void {
    try {
      workFromOutside(this.#parts.native, pid, work);
      this.#tell('release');
    } catch (error) {
      this.giveUp({ kind: 'outside', error: error as OutsideError });
    }
  }

  #act(message: JailerMessage, sender: number): void {
    if (message.kind === 'exited') {
      this.#command ??= message.exit;
      return;
    }
    if (!this.#inSetUp) {
      if (message.kind === 'notify') this.#handlers.notify?.(message.notice);
      return;
    }
    // A tenant who is root there could have something of the host's undone.
    if (isTenants(this.#plan) && (message.kind === 'mounted' || message.kind === 'made')) return;
    if (message.kind === 'exec') this.#commandPid = sender;
    else if (message.kind === 'maps') this.#mapIds(sender);
    else if (message.kind === 'waiting') this.#handlers.waiting(message.what);
    else if (message.kind === 'failed') this.#fail({ kind: 'step', failure: message.failure });
    else if (message.kind === 'hooks') this.#handlers.asked?.(message.phase, sender);
    else if (message.kind === 'mounted') this.#handlers.mounted?.(message.step, message.mount);
    else if (message.kind === 'made') this.#handlers.made?.(message.step, message.target);
    else if (message.kind === 'started') this.#started(message.monotonicNs);
  }

  #started(monotonicNs: bigint): void {
    this.#inSetUp = false;
    this.#handlers.started(this.#commandPid, monotonicNs);
  }

  #fail(failure: SpawnFailure): void {
    if (!this.#inSetUp) return;
    this.#inSetUp = false;
    this.#handlers.failed(failure);
  }

  #initEnded(status: ExitStatus): void {
    this.#pidfd = -1;
    clearTimeout(this.#lastResort);
    this.#control?.hearLastWords();
    if (this.#plan.ownPidNamespace && this.#plan.hostSockets.length === 0) this.#ended(status);
    else void this.#endOfAll().then(() => this.#ended(status));
  }

  /** Without a pid namespace the end of the init need not be that of all: the group tells who is left, and who had
   *  left the group came to us. The group goes too: Linux 6.15 and later kill whoever is cloned into one that was killed. */
  async #endOfAll(): Promise<void> {
    if (!this.#plan.ownPidNamespace) {
      await this.#cgroup?.destroy().catch(this.#handlers.trouble);
      await this.#parts.endOrphans();
    }
    // The init removes what its rights reach, and nothing when it is killed.
    for (const path of this.#plan.hostSockets) await removeStaleSocket(path).catch(this.#handlers.trouble);
  }

  #ended(status: ExitStatus): void {
    this.#output?.end();
    this.#closeOurs();
    this.#handlers.ended(this.#command, status);
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
    this.#control?.tell(text);
  }

  #closeOurs(): void {
    this.#control?.close();
    this.#output?.close();
  }
}

/** Is root of the jail's user namespace somebody else's? Whom its hooks belong to can take its jailer over in set-up. */
function isTenants({ tenant, outside }: Plan): boolean {
  return tenant !== undefined && outside !== undefined;
}
