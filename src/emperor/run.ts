// One run of a vassal: from the launch of its jail until every process of it is gone, and what that end was.
import { type Jail, spawnJail } from '../jail/hooked-jail.ts';
import type { JailHandlers, JailParts } from '../jail/jail.ts';
import type { CommandExit } from '../jail/messages.ts';
import type { ExitStatus, NativeError } from '../jail/native.ts';
import type { Notice } from '../jail/notice.ts';
import type { VassalOutput } from '../output/line.ts';
import type { CgroupError } from '../system/cgroup-error.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import { type Inodes, namespacesOf } from '../system/process-namespaces.ts';
import { failureText, lastExit, type StartFailure } from './exit-words.ts';
import { Handover } from './handover.ts';
import type { Planned } from './planned.ts';
import { Readiness } from './readiness.ts';
import type { KillReason, LastExit } from './view.ts';

export interface RunHandlers {
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
  /** `settingUp`: it never came to be started. */
  ended(exit: LastExit, settingUp: boolean): void;
}

export class Run {
  readonly planned: Planned;
  /** Monotonic nanoseconds when the start was decided. */
  readonly #decidedNs: bigint;
  readonly #output: VassalOutput;
  readonly #groups: VassalGroups;
  readonly #handlers: RunHandlers;
  /** Descriptors of the vassal's listening sockets, which stay open. */
  readonly #sockets: readonly number[];
  #handover: Handover | undefined;
  #readiness: Readiness | undefined;
  #jail: Jail | undefined;
  #jailerPid: number | null = null;
  #startedAt: number | null = null;
  #startUsec: number | null = null;
  #failure: StartFailure | undefined;
  #killed: KillReason | undefined;
  #unwanted = false;
  #namespaces: Inodes | null = null;
  #waitingFor: string | null = null;

  constructor(
    planned: Planned,
    decidedNs: bigint,
    output: VassalOutput,
    groups: VassalGroups,
    handlers: RunHandlers,
    sockets: readonly number[] = [],
  ) {
    this.planned = planned;
    this.#decidedNs = decidedNs;
    this.#output = output;
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

  /** Of the command. They are what they were at its start, so that it is asked only once. */
  async namespaces(): Promise<Inodes | null> {
    if (this.#namespaces === null && this.commandPid !== null && this.isStarted)
      this.#namespaces = await namespacesOf(this.commandPid);
    return this.#namespaces;
  }

  get isStarted(): boolean {
    return this.#startedAt !== null;
  }

  /** At once, unless control groups are to be set up first. */
  launch(parts: JailParts): void {
    const { cgroups } = this.planned.plan;
    if (cgroups === undefined) {
      this.#groups.useOwn();
      return this.#spawn(parts);
    }
    this.#groups.setUp(cgroups).then(
      () => (this.#unwanted ? this.#ended(null, null) : this.#spawn(parts)),
      (error: CgroupError) => {
        this.#failed({ kind: 'cgroup', error });
        this.#ended(null, null);
      },
    );
  }

  #spawn(parts: JailParts): void {
    const { config, plan } = this.planned;
    const stdio = config.log.value.kind === 'null' ? 'null' : 'pipe';
    this.#handover = new Handover(parts.native, this.#sockets);
    this.#readiness = new Readiness(parts, config, {
      ready: () => this.#handlers.ready(),
      trouble: (message) => this.#handlers.hookFailed(message),
    });
    try {
      const passed = this.#handover.open(plan);
      this.#jail = spawnJail(parts, plan, stdio, this.#groups.home, this.#jailHandlers(), passed);
    } catch (error) {
      // Not even the descriptors could be had.
      this.#failed({ kind: 'native', what: 'start', error: error as NativeError });
      this.#ended(null, null);
    }
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
      trouble: (error) => this.#handlers.trouble(error),
      ended: (command, init) => this.#ended(command, init),
    };
  }

  /** For hooks: why the signal comes that follows. */
  announce(event: 'stop' | 'reload'): void {
    this.#jail?.announce(event);
  }

  signal(signal: number): void {
    this.#jail?.signal(signal);
  }

  /** Ends every process of it now. */
  kill(why: KillReason | undefined): void {
    this.#killed ??= why;
    this.#unwanted = true;
    this.#jail?.kill();
  }

  #wait(what: string | null): void {
    this.#waitingFor = what;
    if (what !== null) this.#handlers.waiting(what);
  }

  #started(monotonicNs: bigint): void {
    this.#startedAt = performance.now();
    this.#startUsec = Number((monotonicNs - this.#decidedNs) / 1000n);
    this.#handlers.started();
    this.#readiness?.begin(this.commandPid, this.#handover);
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
    });
    this.#output.flush();
    this.#handlers.ended(exit, this.#startedAt === null);
  }
}
