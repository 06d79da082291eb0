// One run of a vassal: from the launch of its jail until every process of it is gone, and what that end was.
import { type Jail, type JailRecord, resumeJail, spawnJail } from '../jail/hooked-jail.ts';
import type { JailHandlers, JailParts } from '../jail/jail.ts';
import type { CommandExit } from '../jail/messages.ts';
import type { ExitStatus, NativeError } from '../jail/native.ts';
import type { Notice } from '../jail/notice.ts';
import type { OutputStream, VassalOutput } from '../output/line.ts';
import type { CgroupError } from '../system/cgroup-error.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import type { Inodes } from '../system/process-namespaces.ts';
import type { PipeHandlers } from './emperor-pipe.ts';
import { failureText, lastExit, type StartFailure } from './exit-words.ts';
import { Handover, type HandoverRecord } from './handover.ts';
import { Pipes, type PipesRecord } from './pipes.ts';
import type { Planned } from './planned.ts';
import { Readiness, type ReadinessRecord } from './readiness.ts';
import { fromMonotonic, toMonotonic } from './reexec/clock.ts';
import type { Packing } from './reexec/packing.ts';
import type { SocketError } from './socket-error.ts';
import { isForGood, meaningOf } from './uwsgi-exits.ts';
import type { VassalSockets } from './vassal-sockets.ts';
import type { KillReason, LastExit } from './view.ts';

/** The vassal's listening sockets. */
export type RunSockets = Pick<VassalSockets, 'open' | 'isEmpty'>;

export interface RunHandlers extends PipeHandlers {
  /** Set-up waits for something that somebody else is to make. */
  waiting(what: string): void;
  /** The command was exec'd. */
  started(): void;
  /** The command does its work now. */
  ready(): void;
  /** The command has said something else of itself. */
  notify(notice: Notice): void;
  /** Is it still waited for to be ready? */
  isAwaited(): boolean;
  /** Something of it could not be cleaned up. */
  trouble(error: Error): void;
  /** A hook has failed that need not work. */
  hookFailed(message: string): void;
  /** `settingUp`: it never came to be started. `forGood`: it is not to be started again. */
  ended(exit: LastExit, settingUp: boolean, forGood: boolean): void;
}

/** A process whose namespaces nobody has looked at so far. */
export interface Unseen {
  readonly pid: number;
  readonly saw: (inodes: Inodes | null) => void;
}

/** A run whose command was exec'd, for a daemon that takes the place of this one. */
export interface RunRecord {
  /** Number of its plan. */
  readonly planned: number;
  readonly jailerPid: number | null;
  /** By the monotonic clock. */
  readonly startedAt: number;
  readonly startUsec: number | null;
  readonly killed: KillReason | null;
  readonly unwanted: boolean;
  /** Unfinished lines of the command, and of hooks. */
  readonly rest: string;
  readonly hookRest: string;
  readonly handover: HandoverRecord;
  readonly pipes: PipesRecord | null;
  readonly readiness: ReadinessRecord | null;
  readonly jail: JailRecord;
}

const SIGINT = 2;
/** Of one start that are told of: a jailer that is somebody else's by now may say anything, as often as it likes. */
const MOST_WAITS = 64;
const NONE: readonly never[] = [];

export class Run {
  readonly planned: Planned;
  /** Monotonic nanoseconds when the start was decided. */
  readonly #decidedNs: bigint;
  /** Of the jail, and of the hooks beside it. */
  #output: OutputStream;
  /** Made when a hook says something. */
  #hookOutput: OutputStream | undefined;
  readonly #vassalOutput: VassalOutput;
  readonly #groups: VassalGroups;
  #handlers: RunHandlers;
  /** The vassal's listening sockets, which stay open. */
  readonly #sockets: RunSockets | undefined;
  #socketFds: readonly number[] = NONE;
  #handover: Handover | undefined;
  #pipes: Pipes | undefined;
  #readiness: Readiness | undefined;
  #jail: Jail | undefined;
  #jailerPid: number | null = null;
  #startedAt: number | null = null;
  #startUsec: number | null = null;
  #failure: StartFailure | undefined;
  #killed: KillReason | undefined;
  #unwanted = false;
  /** It is to be asked to end as soon as its exec is over. */
  #askFor: 'stop' | 'reload' | undefined;
  #namespaces: Inodes | null = null;
  #waitingFor: string | null = null;
  #waits = 0;

  constructor(
    planned: Planned,
    decidedNs: bigint,
    output: VassalOutput,
    groups: VassalGroups,
    handlers: RunHandlers,
    sockets?: RunSockets,
  ) {
    this.planned = planned;
    this.#decidedNs = decidedNs;
    this.#vassalOutput = output;
    this.#output = output.stream();
    this.#groups = groups;
    this.#handlers = handlers;
    this.#sockets = sockets;
  }

  get jailerPid(): number | null {
    return this.#jailerPid;
  }

  get commandPid(): number | null {
    return this.#jail?.commandPid ?? null;
  }

  /** What set-up, or being ready, waits for at this moment. */
  get waitingFor(): string | null {
    if (!this.isStarted) return this.#waitingFor;
    return this.#handlers.isAwaited() ? (this.#readiness?.waitingFor ?? null) : null;
  }

  /** From the decision to start to the command exec'd. */
  get startUsec(): number | null {
    return this.#startUsec;
  }

  /** Of the command, as far as somebody has looked. */
  get namespaces(): Inodes | null {
    return this.#namespaces;
  }

  /** They are what they were at its start, so that it is looked at only once. */
  get unseen(): Unseen | undefined {
    const pid = this.commandPid;
    if (this.#namespaces !== null || pid === null || !this.isStarted) return undefined;
    return {
      pid,
      saw: (inodes) => {
        this.#namespaces = inodes;
      },
    };
  }

  get isStarted(): boolean {
    return this.#startedAt !== null;
  }

  /** It runs, and nothing of its end has been heard of. */
  get isSettled(): boolean {
    return this.isStarted && this.#jail?.isSettled === true;
  }

  /** Undefined: there is nothing yet that could be handed over. */
  record({ keep, plan }: Packing): RunRecord | undefined {
    const jail = this.#jail?.record(keep);
    if (jail === undefined || this.#startedAt === null) return undefined;
    return {
      planned: plan(this.planned),
      jailerPid: this.#jailerPid,
      startedAt: toMonotonic(this.#startedAt),
      startUsec: this.#startUsec,
      killed: this.#killed ?? null,
      unwanted: this.#unwanted,
      rest: this.#output.rest(),
      hookRest: this.#hookOutput?.rest() ?? '',
      handover: this.#handover?.record(keep) ?? [],
      pipes: this.#pipes?.record(keep) ?? null,
      readiness: this.#readiness?.record(keep) ?? null,
      jail,
    };
  }

  /** It is up since a daemon before this one. */
  resume(parts: JailParts, record: RunRecord): void {
    const { native } = parts;
    const { config, plan } = this.planned;
    this.#jailerPid = record.jailerPid;
    this.#startedAt = fromMonotonic(record.startedAt);
    this.#startUsec = record.startUsec;
    this.#killed = record.killed ?? undefined;
    this.#unwanted = record.unwanted;
    this.#output = this.#vassalOutput.stream(record.rest);
    if (record.hookRest !== '') this.#hookOutput = this.#vassalOutput.stream(record.hookRest);
    this.#handover = new Handover(native, []);
    this.#handover.resume(record.handover);
    const stdio = config.log.value.kind === 'null' ? 'null' : 'pipe';
    this.#jail = resumeJail(parts, plan, stdio, this.#groups.home, this.#jailHandlers(), record.jail);
    if (record.pipes) this.#pipes = Pipes.resume(native, record.pipes, this.planned, this.#pipeHandlers());
    if (record.readiness === null) return;
    this.#readiness = this.#makeReadiness(parts);
    this.#readiness.resume(record.readiness, this.commandPid);
  }

  /** Nobody is to be at work beside it: until wake(). */
  pause(): void {
    this.#readiness?.pause();
  }

  /** What it prints waits until wake(). */
  hush(): void {
    this.#jail?.hush();
  }

  wake(): void {
    this.#readiness?.wake();
    this.#jail?.wake();
  }

  /** At once, unless there are sockets to be bound or control groups to be set up first, or still to go. */
  launch(parts: JailParts): void {
    const { plan, config } = this.planned;
    const needsGroups = plan.cgroups !== undefined || !this.#groups.isSettled;
    if (needsGroups || config.sockets.length > 0 || this.#sockets?.isEmpty === false)
      return void this.#prepare(parts);
    this.#groups.useOwn();
    this.#spawn(parts);
  }

  async #prepare(parts: JailParts): Promise<void> {
    const failure = (await this.#openSockets()) ?? (await this.#setUpGroups());
    if (failure === undefined && !this.#unwanted) return this.#spawn(parts);
    if (failure) this.#failed(failure);
    this.#ended(null, null);
  }

  async #openSockets(): Promise<StartFailure | undefined> {
    try {
      this.#socketFds = (await this.#sockets?.open(this.planned.config.sockets)) ?? [];
      return undefined;
    } catch (error) {
      return { kind: 'socket', error: error as SocketError };
    }
  }

  async #setUpGroups(): Promise<StartFailure | undefined> {
    const { cgroups } = this.planned.plan;
    try {
      if (cgroups !== undefined) await this.#groups.setUp(cgroups);
      else {
        await this.#groups.settled();
        this.#groups.useOwn();
      }
      return undefined;
    } catch (error) {
      return { kind: 'cgroup', error: error as CgroupError };
    }
  }

  #spawn(parts: JailParts): void {
    const { config, plan } = this.planned;
    const stdio = config.log.value.kind === 'null' ? 'null' : 'pipe';
    this.#handover = new Handover(parts.native, this.#socketFds);
    if (config.ready.kind !== 'exec') this.#readiness = this.#makeReadiness(parts);
    try {
      const passed = this.#handover.open(plan);
      if (config.emperorPipe)
        this.#pipes = Pipes.of(parts.native, this.#handover, this.planned, this.#pipeHandlers());
      this.#jail = spawnJail(parts, plan, stdio, this.#groups.home, this.#jailHandlers(), passed);
    } catch (error) {
      // Not even the descriptors could be had.
      this.#failed({ kind: 'native', what: 'start', error: error as NativeError });
      this.#ended(null, null);
    }
  }

  #makeReadiness(parts: JailParts): Readiness {
    return new Readiness(parts, this.planned.config, {
      ready: () => this.#handlers.ready(),
      trouble: (message) => this.#handlers.hookFailed(message),
    });
  }

  #pipeHandlers(): PipeHandlers {
    return {
      said: (what) => this.#handlers.said(what),
      warned: (message) => this.#handlers.warned(message),
      unheard: (what) => this.#unheard(what),
    };
  }

  #jailHandlers(): JailHandlers {
    const { plan } = this.planned;
    return {
      jailer: (pid) => {
        this.#jailerPid = pid;
        this.#handover?.given();
      },
      waiting: (what) => this.#wait(what),
      started: (_pid, monotonicNs) => this.#started(monotonicNs),
      failed: (failure) => this.#failed(failure),
      hookFailed: (failure) => this.#handlers.hookFailed(failureText(failure, plan)),
      notify: (notice) => this.#hear(notice),
      output: (chunk) => this.#output.bytes(chunk),
      outputRoom: () => this.#vassalOutput.room,
      hookOutput: (chunk) => {
        this.#hookOutput ??= this.#vassalOutput.stream();
        this.#hookOutput.bytes(chunk);
      },
      trouble: (error) => this.#handlers.trouble(error),
      ended: (command, init) => this.#ended(command, init),
    };
  }

  /** It has changed hands. */
  answerTo(handlers: RunHandlers): void {
    this.#handlers = handlers;
  }

  /** Before the command is exec'd there is nobody to ask; one that is about to be, or was just now, gets its signal when its
   *  init knows. */
  askToEnd(event: 'stop' | 'reload'): void {
    if (this.isStarted) return this.#ask(event);
    if (this.commandPid === null) return this.kill(undefined);
    this.#askFor = event;
  }

  #ask(event: 'stop' | 'reload'): void {
    this.announce(event);
    this.#askCommand();
  }

  /** For hooks: why the signal comes that follows. */
  announce(event: 'stop' | 'reload'): void {
    this.#jail?.announce(event);
  }

  signal(signal: number): void {
    this.#jail?.signal(signal);
  }

  /** It is to, by its pipe, and is not ready again yet. */
  get isReloading(): boolean {
    return this.#pipes?.isReloading ?? false;
  }

  /** uWSGI is never sent SIGTERM: up to 2.0 that is a reload to it. */
  #askCommand(): void {
    const { uwsgi, stopSignal, init } = this.planned.config;
    if (uwsgi === undefined) this.signal(stopSignal);
    if (uwsgi === undefined || this.#pipes?.hasStarted)
      return this.#pipes?.stop(uwsgi?.gracefulStop ?? false);
    // While it loads its app a signal ends it; but not a pid 1, who has no handler yet.
    if (init.value) this.signal(SIGINT);
    else this.kill(undefined);
  }

  /** In its place, by its pipe. One that is not there yet will read what there is then. */
  reloadAs(planned: Planned): void {
    this.#pipes?.reload(planned);
  }

  #unheard(what: 'stop' | 'reload'): void {
    if (what === 'reload') this.#handlers.unheard(what);
    else if (this.planned.config.uwsgi) this.signal(SIGINT);
  }

  /** Ends every process of it now. */
  kill(why: KillReason | undefined): void {
    this.#killed ??= why;
    this.#unwanted = true;
    this.#jail?.kill();
  }

  #wait(what: string | null): void {
    const isNew = what !== this.#waitingFor;
    this.#waitingFor = what;
    if (what !== null && isNew && this.#waits++ < MOST_WAITS) this.#handlers.waiting(what);
  }

  #started(monotonicNs: bigint): void {
    this.#startedAt = performance.now();
    this.#startUsec = Number((monotonicNs - this.#decidedNs) / 1000n);
    this.#handlers.started();
    this.#pipes?.begin();
    this.#readiness?.begin(this.commandPid, this.#handover);
    if (this.#askFor) this.#ask(this.#askFor);
  }

  #hear(notice: Notice): void {
    if (notice.ready && this.planned.config.ready.kind === 'notify') this.#handlers.ready();
    this.#handlers.notify(notice);
  }

  #failed(failure: StartFailure): void {
    this.#failure = failure;
  }

  #ended(command: CommandExit | null, init: ExitStatus | null): void {
    const { waitingFor } = this;
    this.#pipes?.close();
    this.#readiness?.close();
    this.#handover?.close();
    const exit = lastExit({
      command,
      init,
      failure: this.#failure && { failure: this.#failure, plan: this.planned.plan },
      killed: this.#killed,
      waitingFor,
      beforeReady: this.isStarted && this.#handlers.isAwaited(),
      oomKills: this.#groups.newOomKills(),
      uptimeMs: this.#startedAt === null ? null : performance.now() - this.#startedAt,
      at: Date.now() / 1000,
      meaning: meaningOf(command?.code ?? null, this.planned),
    });
    this.#output.flush();
    this.#hookOutput?.flush();
    this.#handlers.ended(exit, this.#startedAt === null, isForGood(this.planned, command, this.#failure));
  }
}
