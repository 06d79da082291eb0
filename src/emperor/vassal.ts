// One vassal: carries out what its life (state.ts) asks for. It owns the run, the timers, the cgroup and the output of that
// vassal; it decides nothing about when to start or stop.
import type { Problem } from '../config/problems/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { JailParts } from '../jail/jail.ts';
import type { VassalOutput } from '../output/line.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import { CronTimer } from './cron-timer.ts';
import type { StartGate } from './gate.ts';
import { GatePlace } from './gate-place.ts';
import { Intent } from './intent.ts';
import type { StartOrder } from './order.ts';
import { isSameJail, type Offer, type Planned, plannedBy, policyOf } from './planned.ts';
import { Run } from './run.ts';
import { Signs } from './signs.ts';
import {
  type Effect,
  type Life,
  type LifeEvent,
  newLife,
  type Outcome,
  step,
  type TimerName,
} from './state.ts';
import { Timers } from './timers.ts';
import { type Reloading, type ReportParts, VassalReport } from './vassal-report.ts';
import type { KillReason, LastExit, VassalState } from './view.ts';

export interface VassalParts extends JailParts, ReportParts {
  readonly gate: StartGate;
  /** Who starts after whom. */
  readonly order: StartOrder;
  readonly output: (name: string, config: VassalConfig | undefined) => VassalOutput;
  /** The vassal's control groups. */
  readonly groupsOf: (name: string) => VassalGroups;
  /** The vassal is out of the world: down, and its file gone. */
  readonly forgotten: (vassal: Vassal) => void;
}

export class Vassal {
  readonly name: string;
  /** Path of its file. */
  source: string;
  readonly output: VassalOutput;
  readonly groups: VassalGroups;
  readonly #parts: VassalParts;
  readonly #report: VassalReport;
  readonly #timers = new Timers<TimerName>((timer) => this.#dispatch({ type: 'timer', timer }));
  /** What its command says of itself. */
  readonly signs = new Signs({
    dispatch: (event) => this.#dispatch(event),
    extend: (timers, ms) => this.#timers.extend(timers, ms),
  });
  readonly #waiters = new Set<() => void>();
  readonly #place: GatePlace;
  readonly #cron = new CronTimer(() => this.#dispatch({ type: 'called' }));
  #life: Life = newLife(performance.now());
  readonly #intent = new Intent();
  #run: Run | undefined;
  #decidedNs = 0n;
  #startUsec: number | null = null;
  #lastExit: LastExit | null = null;

  constructor(name: string, source: string, parts: VassalParts) {
    this.name = name;
    this.source = source;
    this.#parts = parts;
    this.output = parts.output(name, undefined);
    this.groups = parts.groupsOf(name);
    this.#report = new VassalReport(name, this.output, parts);
    this.#place = new GatePlace(parts.gate, () => this.#launch());
  }

  get life(): Life {
    return this.#life;
  }

  get state(): VassalState {
    return this.#life.state;
  }

  get config(): VassalConfig | undefined {
    return this.#run?.planned.config ?? this.#intent.planned?.config;
  }

  /** What its next start will be of. */
  get wanted(): VassalConfig | undefined {
    return this.#intent.planned?.config;
  }

  /** Unix milliseconds when its `cron` calls it; undefined: it does not wait for that. */
  get nextCall(): number | undefined {
    return this.#cron.next;
  }

  get problems(): readonly Problem[] {
    return this.#intent.problems;
  }

  /** The file (device and inode) that what is on its way out was made of. */
  get leavingOf(): string | undefined {
    return this.#life.next === 'policy' ? undefined : this.#run?.planned.identity;
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

  /** What its set-up waits for, if it does. */
  get waitingFor(): string | null {
    return this.#run?.waitingFor ?? this.others;
  }

  /** In words, whom its start waits for; null: nobody. */
  get others(): string | null {
    return this.#parts.order.waitingFor(this);
  }

  /** Of the last start that came to an end. */
  get startUsec(): number | null {
    return this.#startUsec;
  }

  /** A new text. A bad one changes nothing but what is shown; a good one is what runs from now on. */
  offer(offer: Offer): void {
    const before = this.problems;
    if (!this.#intent.take(offer, (planned) => this.#wouldReplace(planned))) return this.#refuse();
    this.#report.warnings(this.problems, before);
    this.#takeUp(offer.because);
  }

  /** The same text under other defaults: what runs goes on when nothing of it changes. */
  redefine(offer: Offer): void {
    if (!isSameJail(plannedBy(offer), this.#intent.planned)) return this.offer(offer);
    this.#intent.take(offer, () => false);
  }

  start(): void {
    this.#intent.insist();
    this.#dispatch({ type: 'start' });
    this.#parts.order.release(this);
  }

  /** The operator's stop holds no longer. */
  release(): void {
    this.#dispatch({ type: 'release' });
  }

  stop(): void {
    this.#report.asked('stop', this.#life);
    this.#dispatch({ type: 'stop' });
  }

  restart(): void {
    this.#intent.insist();
    this.#report.asked('restart', this.#life);
    this.#dispatch({ type: 'restart' });
    this.#parts.order.release(this);
  }

  /** By the way that the config names. Tells which it was. */
  async reload(): Promise<Reloading> {
    await this.#intent.reconsider();
    if (this.#life.jail === 'up' && this.problems.some(({ severity }) => severity === 'error'))
      return 'refused';
    return this.#takeUp('asked for');
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
    this.#report.refused(this.problems, this.source, this.#life);
    this.#dispatch({ type: 'invalid' });
  }

  /** What is planned now is what shall run. */
  #takeUp(because: string): Reloading {
    const { planned } = this.#intent;
    this.#cron.replace(planned?.config.cron);
    if (planned) this.output.retarget(planned.config.log.value);
    const reloading = this.#reloadingTo(planned);
    this.#report.reloading(reloading, because, this.#life);
    this.#dispatch({ type: 'config', needsJail: reloading === 'new-jail' });
    return reloading;
  }

  #reloadingTo(planned: Planned | undefined): Reloading {
    const kind = planned?.config.reload.kind;
    if (this.#life.jail !== 'up' || kind === 'restart') return 'new-jail';
    if (kind === 'none') return 'none';
    return isSameJail(this.#run?.planned, planned) ? 'signal' : 'new-jail';
  }

  #wouldReplace(planned: Planned): boolean {
    return this.#life.jail === 'up' && this.#reloadingTo(planned) === 'new-jail';
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
      policyOf(this.#intent.planned ?? this.#run?.planned),
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
        return this.#parts.order.await(this, () => this.#enqueue());
      case 'listen':
        return this.#cron.arm(this.wanted?.cron);
      case 'unlisten':
        return this.#cron.disarm();
      case 'dequeue':
        this.#parts.order.leave(this);
        // Kept for a start at once that is not to be.
        void this.#removeGroups();
        return this.#place.dequeue();
      case 'stop':
        return this.#askToEnd();
      case 'kill':
        return this.#killFor(effect.why);
      case 'reload-signal':
        return this.#signalReload();
      case 'arm':
        return this.#timers.arm(effect.timer, effect.ms);
      case 'disarm':
        return this.#timers.disarm(effect.timer);
      case 'forget':
        return this.#forget();
    }
  }

  #enqueue(): void {
    this.#decidedNs = process.hrtime.bigint();
    this.#place.enqueue();
  }

  #launch(): void {
    const { planned } = this.#intent;
    if (planned === undefined) throw new Error(`${this.name}: a start without a config`);
    this.#startUsec = null;
    this.signs.clear();
    this.#run = new Run(planned, this.#decidedNs, this.output, this.groups, {
      waiting: (what) => this.#wait(what),
      started: () => this.#started(),
      ready: () => this.#dispatch({ type: 'ready' }),
      notify: (notice) => this.signs.hear(notice),
      isAwaited: () => this.#life.state === 'starting',
      trouble: (error) => this.#trouble(error),
      hookFailed: (message) => this.#report.trouble(message),
      ended: (exit, settingUp) => void this.#ended(exit, settingUp),
    });
    this.#dispatch({ type: 'launched' });
    this.#run.launch(this.#parts);
  }

  /** Whom it waits for may be another vassal, which is to get its place. */
  #wait(what: string): void {
    this.#place.leave();
    this.#report.waiting(what, this.#life);
  }

  #started(): void {
    this.#startUsec = this.#run?.startUsec ?? null;
    this.#place.leave();
    this.#dispatch({ type: 'execd' });
  }

  async #ended(exit: LastExit, settingUp: boolean): Promise<void> {
    if (settingUp) this.#place.leave();
    this.#lastExit = exit;
    const limited = this.#run?.planned.plan.cgroups !== undefined;
    this.#run = undefined;
    const gone = { type: 'gone', success: exit.reason === 'success' } as const;
    // A vassal is not called down before its group is gone; one that starts again at once keeps it, unless there is
    // something in it that the next start may not want.
    if (limited || this.#foresee(gone).life.jail === 'none') await this.#removeGroups();
    const asked = this.#life.next !== 'policy';
    const { life, effects } = this.#foresee(gone);
    // Before what it leads to: that may be oblivion.
    this.#report.ended(exit, life, asked);
    this.#become(life);
    this.#carryOut(effects);
  }

  #askToEnd(): void {
    // Before the command is exec'd there is nobody to ask.
    if (!this.#run?.isStarted) return this.#run?.kill(undefined);
    this.#run.announce(this.#life.state === 'reloading' ? 'reload' : 'stop');
    this.#run.signal(this.#run.planned.config.stopSignal);
  }

  #killFor(why: KillReason): void {
    this.#report.killing(why);
    this.kill(why);
  }

  #signalReload(): void {
    const reload = this.#intent.planned?.config.reload;
    if (reload?.kind !== 'signal') return;
    this.#run?.announce('reload');
    this.#run?.signal(reload.signal);
  }

  #forget(): void {
    this.#timers.disarmAll();
    this.#cron.disarm();
    this.#report.removed(this.#life);
    this.output.close();
    this.#parts.forgotten(this);
  }

  async #removeGroups(): Promise<void> {
    try {
      await this.groups.takeDown();
    } catch (error) {
      this.#trouble(error as Error);
    }
  }

  #trouble(error: Error): void {
    this.#report.trouble(`cgroup ${this.groups.home?.path}: ${error.message}`);
  }
}
