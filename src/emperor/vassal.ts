// One vassal: carries out what its life (state.ts) asks for. It owns the run, the timers, the cgroup and the output of that
// vassal; it decides nothing about when to start or stop.
import type { Problem } from '../config/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { JailParts } from '../jail/jailed-process.ts';
import type { VassalOutput } from '../output/line.ts';
import type { Cgroup } from '../system/cgroup.ts';
import type { StartGate } from './gate.ts';
import { isSameJail, type Offer, type Planned, plannedBy, policyOf } from './planned.ts';
import { type KillReason, Run } from './run.ts';
import {
  type Effect,
  type Life,
  type LifeEvent,
  newLife,
  type Outcome,
  step,
  type TimerName,
} from './state.ts';
import { type ReportParts, VassalReport } from './vassal-report.ts';
import type { LastExit, VassalState } from './view.ts';

export interface VassalParts extends JailParts, ReportParts {
  readonly gate: StartGate;
  readonly output: (name: string, config: VassalConfig | undefined) => VassalOutput;
  /** The vassal's cgroup, or undefined where there is no writable tree. */
  readonly cgroup: (name: string) => Cgroup | undefined;
  /** The vassal is out of the world: down, and its file gone. */
  readonly forgotten: (vassal: Vassal) => void;
}

export class Vassal {
  readonly name: string;
  /** Path of its file. */
  source: string;
  readonly output: VassalOutput;
  readonly cgroup: Cgroup | undefined;
  /** The file its text came from (device and inode), to know it again under another name. */
  identity = '';
  readonly #parts: VassalParts;
  readonly #report: VassalReport;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  readonly #waiters = new Set<() => void>();
  readonly #begin = () => this.#launch();
  #life: Life = newLife(performance.now());
  /** What the next start uses. */
  #wanted: Planned | undefined;
  #run: Run | undefined;
  #problems: readonly Problem[] = [];
  #decidedNs = 0n;
  #startUsec: number | null = null;
  #lastExit: LastExit | null = null;

  constructor(name: string, source: string, parts: VassalParts) {
    this.name = name;
    this.source = source;
    this.#parts = parts;
    this.output = parts.output(name, undefined);
    this.cgroup = parts.cgroup(name);
    this.#report = new VassalReport(name, this.output, parts);
  }

  get life(): Life {
    return this.#life;
  }

  get state(): VassalState {
    return this.#life.state;
  }

  get config(): VassalConfig | undefined {
    return this.#run?.planned.config ?? this.#wanted?.config;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get jailerPid(): number | null {
    return this.#run?.jailerPid ?? null;
  }

  get commandPid(): number | null {
    return this.#run?.commandPid ?? null;
  }

  /** Of the command; null when there is none. */
  async namespaces(): ReturnType<Run['namespaces']> {
    return this.#run?.namespaces() ?? null;
  }

  get lastExit(): LastExit | null {
    return this.#lastExit;
  }

  /** Of the last start that came to an end. */
  get startUsec(): number | null {
    return this.#startUsec;
  }

  /** A new text. A bad one changes nothing but what is shown; a good one is what runs from now on. */
  offer(offer: Offer): void {
    this.#problems = offer.problems;
    const planned = plannedBy(offer);
    if (planned === undefined) return this.#refuse();
    this.#wanted = planned;
    this.output.retarget(planned.config.log.value);
    this.reload();
  }

  /** The same text under other defaults: what runs goes on when nothing of it changes. */
  redefine(offer: Offer): void {
    const planned = plannedBy(offer);
    if (planned === undefined || !isSameJail(planned, this.#wanted)) return this.offer(offer);
    this.#problems = offer.problems;
    this.#wanted = planned;
  }

  start(): void {
    this.#dispatch({ type: 'start' });
  }

  stop(): void {
    this.#dispatch({ type: 'stop' });
  }

  restart(): void {
    this.#dispatch({ type: 'restart' });
  }

  reload(): void {
    const bySignal = this.#wanted?.config.reload.kind === 'signal';
    const needsJail = !bySignal || !isSameJail(this.#run?.planned, this.#wanted);
    this.#dispatch({ type: 'config', needsJail });
  }

  remove(): void {
    this.#dispatch({ type: 'removed' });
  }

  clearBackoff(): void {
    this.#dispatch({ type: 'clear-backoff' });
  }

  /** Ends every process of it now, whatever it is doing. */
  kill(why: KillReason): void {
    this.#run?.kill(why);
  }

  /** Resolves at the next moment when `reached` holds; asked after every event. */
  async until(reached: (vassal: Vassal) => boolean): Promise<void> {
    while (!reached(this)) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  #refuse(): void {
    this.#report.refused(this.#problems, this.source, this.#life);
    this.#dispatch({ type: 'invalid' });
  }

  #dispatch(event: LifeEvent): void {
    const { life, effects } = this.#foresee(event);
    this.#become(life);
    this.#carryOut(effects);
  }

  /** What `event` leads to. */
  #foresee(event: LifeEvent): Outcome {
    return step(
      this.#life,
      event,
      performance.now(),
      policyOf(this.#wanted ?? this.#run?.planned),
      Math.random(),
    );
  }

  #become(life: Life): void {
    const isNew = life.state !== this.#life.state;
    this.#life = life;
    if (isNew) this.#report.entered(life, this.commandPid, this.#startUsec);
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
    for (const waiter of [...this.#waiters]) {
      this.#waiters.delete(waiter);
      waiter();
    }
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'enqueue':
        this.#decidedNs = process.hrtime.bigint();
        return this.#parts.gate.enqueue(this.#begin);
      case 'dequeue':
        // Kept for a start at once that is not to be.
        void this.#removeCgroup();
        return this.#parts.gate.dequeue(this.#begin);
      case 'stop':
        return this.#askToEnd();
      case 'kill':
        return this.#killFor(effect.why);
      case 'reload-signal':
        return this.#signalReload();
      case 'arm':
        return this.#arm(effect.timer, effect.ms);
      case 'disarm':
        return this.#disarm(effect.timer);
      case 'forget':
        return this.#forget();
    }
  }

  #launch(): void {
    if (this.#wanted === undefined) throw new Error(`${this.name}: a start without a config`);
    this.#startUsec = null;
    this.#run = new Run(this.#wanted, this.#decidedNs, this.output, this.cgroup, {
      started: () => this.#started(),
      trouble: (error) => this.#trouble(error),
      ended: (exit, settingUp) => void this.#ended(exit, settingUp),
    });
    this.#dispatch({ type: 'launched' });
    this.#run.launch(this.#parts);
  }

  #started(): void {
    this.#startUsec = this.#run?.startUsec ?? null;
    this.#parts.gate.release();
    this.#dispatch({ type: 'execd' });
  }

  async #ended(exit: LastExit, settingUp: boolean): Promise<void> {
    if (settingUp) this.#parts.gate.release();
    this.#lastExit = exit;
    this.#run = undefined;
    const gone = { type: 'gone', success: exit.reason === 'success' } as const;
    // A vassal is not called down before its group is gone; one that starts again at once keeps it.
    if (this.#foresee(gone).life.jail === 'none') await this.#removeCgroup();
    const asked = this.#life.next !== 'policy';
    const { life, effects } = this.#foresee(gone);
    this.#become(life);
    // Before what follows: that may be oblivion.
    this.#report.ended(exit, life, asked);
    this.#carryOut(effects);
  }

  #askToEnd(): void {
    // Before the command is exec'd there is nobody to ask.
    if (!this.#run?.isStarted) return this.#run?.kill(undefined);
    this.#run.signal(this.#run.planned.config.stopSignal);
  }

  #killFor(why: KillReason): void {
    this.#report.killing(why);
    this.kill(why);
  }

  #signalReload(): void {
    const reload = this.#wanted?.config.reload;
    if (reload?.kind !== 'signal') return;
    this.#run?.signal(reload.signal);
    this.#report.reloadSignalled();
  }

  #arm(timer: TimerName, ms: number): void {
    this.#disarm(timer);
    this.#timers.set(
      timer,
      setTimeout(() => this.#dispatch({ type: 'timer', timer }), ms),
    );
  }

  #disarm(timer: TimerName): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }

  #forget(): void {
    for (const timer of [...this.#timers.keys()]) this.#disarm(timer);
    this.#report.removed(this.#life);
    this.output.close();
    this.#parts.forgotten(this);
  }

  async #removeCgroup(): Promise<void> {
    try {
      await this.cgroup?.remove();
    } catch (error) {
      this.#trouble(error as Error);
    }
  }

  #trouble(error: Error): void {
    this.#report.trouble(`cgroup ${this.cgroup?.path}: ${error.message}`);
  }
}
