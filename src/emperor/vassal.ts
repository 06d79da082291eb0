// One vassal: carries out what its life (state.ts) asks for. It owns the run, the timers, the cgroup and the output of that
// vassal; it decides nothing about when to start or stop.
import { type Attributes, NO_ATTRIBUTES } from '../config/attributes.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { OutputRecord, VassalOutput } from '../output/line.ts';
import type { Plan } from '../plan/step.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import { CronTimer } from './cron-timer.ts';
import { Doors, type DoorsParts } from './doors.ts';
import { neverStarted, type StartFailure } from './exit-words.ts';
import type { StartGate } from './gate.ts';
import { GatePlace } from './gate-place.ts';
import type { Histogram } from './histogram.ts';
import { Intent } from './intent.ts';
import { obstaclesOf } from './obstacles.ts';
import type { StartOrder } from './order.ts';
import { Overlap, type Settled } from './overlap.ts';
import { isSameJail, type Offer, type Planned, plannedBy, policyOf } from './planned.ts';
import { fromMonotonic, toMonotonic } from './reexec/clock.ts';
import type { Packing } from './reexec/packing.ts';
import { Run, type RunHandlers, type RunSockets } from './run.ts';
import { Signs } from './signs.ts';
import {
  type Effect,
  isDown,
  type Life,
  type LifeEvent,
  newLife,
  type Outcome,
  step,
  type TimerName,
} from './state.ts';
import { Tally } from './tally.ts';
import { Timers } from './timers.ts';
import { lifeWith, type Past, type VassalRecord } from './vassal-record.ts';
import { type Reloading, type ReportParts, VassalReport } from './vassal-report.ts';
import type { KillReason, LastExit, VassalState } from './view.ts';

export interface VassalParts extends DoorsParts, ReportParts {
  readonly gate: StartGate;
  /** Who starts after whom. */
  readonly order: StartOrder;
  readonly output: (name: string, config: VassalConfig | undefined, past?: OutputRecord) => VassalOutput;
  /** The vassal's control groups. */
  readonly groupsOf: (name: string) => VassalGroups;
  /** How long starts take, of all vassals. */
  readonly starts?: Histogram;
  /** The vassal is out of the world: down, and its file gone. */
  readonly forgotten: (vassal: Vassal) => void;
}

/** Ways to reload in which what runs would have to go for a text that turns out to be bad. */
const REPLACING: ReadonlySet<Reloading> = new Set(['new-jail', 'in-place']);

const NOBODY: readonly never[] = [];
/** Ends that are remembered of a vassal. */
const MOST_EXITS = 8;

export class Vassal {
  readonly name: string;
  /** Path of its file. */
  source: string;
  /** It is not to be started until somebody enables it. */
  isDisabled = false;
  /** Unix seconds of its last sign of life; 0: it has given none. */
  lastBeat = 0;
  readonly output: VassalOutput;
  readonly tally: Tally;
  /** Of what runs; what is to take its place, or has lost it, has the other ones. */
  groups: VassalGroups;
  readonly #parts: VassalParts;
  readonly #report: VassalReport;
  readonly #timers = new Timers<TimerName>((timer) => this.#dispatch({ type: 'timer', timer }));
  /** What its command says of itself. */
  readonly signs = new Signs({
    dispatch: (event) => this.#dispatch(event),
    extend: (timers, ms) =>
      this.#timers.extend(
        timers.filter((timer) => this.#mayPutOff(timer)),
        ms,
      ),
  });
  #waiters: readonly (() => void)[] = NOBODY;
  readonly #place: GatePlace;
  readonly #cron = new CronTimer(() => this.#dispatch({ type: 'called' }));
  #life: Life = newLife(performance.now());
  readonly #intent = new Intent((planned) => this.obstaclesTo(planned));
  readonly doors: Doors;
  #run: Run | undefined;
  /** The file that it was made of, or the last one that ended. */
  #identity: string | undefined;
  /** Made when the first one is wanted. */
  #overlap: Overlap | undefined;
  #decidedNs = 0n;
  #startUsec: number | null = null;
  #lastExit: LastExit | null = null;
  #exits: readonly LastExit[] = NOBODY;

  #ending = 0;
  /** How often it was to be forgotten. */
  #goodbyes = 0;

  /** `past`: of a daemon before this one; see resume(). */
  constructor(name: string, source: string, parts: VassalParts, past?: Past) {
    this.name = name;
    this.source = source;
    this.#parts = parts;
    this.tally = new Tally(past?.record.tally);
    if (past) this.#intent.resume(past.record.intent, past.planOf);
    this.output = parts.output(name, this.wanted, past?.record.output);
    this.groups = this.tally.use(parts.groupsOf(past?.record.inSpare ? spareName(name) : name));
    this.#report = new VassalReport(name, this.output, parts);
    this.#place = new GatePlace(parts.gate, () => this.#launch());
    this.doors = new Doors(parts, this, this.#report, {
      listening: () => this.#wake(),
      called: () => this.#dispatch({ type: 'called' }),
      deaf: (failure) => this.#deaf(failure),
      idle: () => this.#dispatch({ type: 'idle' }),
    });
  }

  /** Goes on where a daemon before this one was. All others are to be there. */
  resume({ record, planOf }: Past): void {
    const { life } = record;
    this.lastBeat = record.lastBeat;
    this.#life = lifeWith(life, fromMonotonic);
    this.#startUsec = record.startUsec;
    this.#lastExit = record.lastExit;
    this.#exits = record.exits;
    this.signs.resume(record.signs);
    this.groups.resume(record.groups);
    if (record.run) {
      const planned = planOf(record.run.planned);
      const run = new Run(planned, 0n, this.output, this.groups, this.#handlers(), this.doors.sockets);
      this.#run = run;
      this.#identity = planned.identity;
      run.resume(this.#parts, record.run);
    }
    this.doors.resume(record.doors, record.nextCall === null ? this.#intent.planned : undefined);
    this.doors.follow(this.#life, this.#run);
    const { cron } = this.wanted ?? {};
    if (cron && record.nextCall !== null) this.#cron.resume(cron, record.nextCall);
    this.#timers.resume(record.timers);
    if (life.jail === 'queued') this.#do({ type: 'enqueue' });
    if (record.wantsOverlap) this.#begunOverlap().begin();
  }

  record(packing: Packing): VassalRecord {
    return {
      name: this.name,
      source: this.source,
      lastBeat: this.lastBeat,
      life: lifeWith(this.#life, toMonotonic),
      timers: this.#timers.record,
      signs: this.signs.record,
      intent: this.#intent.record(packing),
      doors: this.doors.record(packing.keep),
      groups: this.groups.record,
      inSpare: this.groups.name !== this.name,
      nextCall: this.nextCall ?? null,
      run: this.#run?.record(packing) ?? null,
      wantsOverlap: this.isOverlapping,
      startUsec: this.#startUsec,
      lastExit: this.#lastExit,
      exits: this.#exits,
      tally: this.tally.record,
      output: this.output.record(),
    };
  }

  /** Why it cannot be handed over at this moment; undefined: it can. */
  get unsettled(): string | undefined {
    const { jail } = this.#life;
    if (this.#ending > 0) return 'it is just ending';
    if (jail === 'up' && this.#run?.isSettled !== true)
      return this.#run?.isStarted ? 'it is just ending' : 'it is being set up';
    if (this.#overlap?.isSettled === false) return 'another one is taking its place';
    if (!this.doors.isSettled) return 'its sockets are being opened';
    return this.groups.isSettled ? undefined : 'its control groups are being set up';
  }

  /** Nobody is to be at work beside it: until wake(). */
  pause(): void {
    this.#run?.pause();
  }

  hush(): void {
    this.#run?.hush();
  }

  wake(): void {
    this.#run?.wake();
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

  /** Of what runs, else of what would. */
  get plan(): Plan | undefined {
    return (this.#run?.planned ?? this.#intent.planned)?.plan;
  }

  /** Of the last good text: no new jail is needed for them. */
  get attributes(): Attributes {
    return this.#intent.planned?.config.attributes ?? NO_ATTRIBUTES;
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

  /** The files (device and inode) that what is up was made of. */
  get runsOf(): readonly string[] {
    const beside = this.#overlap?.runsOf ?? NOBODY;
    const own = this.#run || this.#life.next !== 'policy' ? this.#identity : undefined;
    return own === undefined ? beside : [own, ...beside];
  }

  /** Is something that was made of that file on its way out? One that is to be forgotten is until that is done. */
  leaves(identity: string): boolean {
    const isLeaving = this.#life.next !== 'policy' || this.isOverlapping;
    if (isLeaving && this.#identity === identity) return true;
    return this.#overlap?.leaves(identity) === true;
  }

  get jailerPid(): number | null {
    return this.#run?.jailerPid ?? null;
  }

  get commandPid(): number | null {
    return this.#run?.commandPid ?? null;
  }

  /** Of the command; null when there is none, or nobody has looked. */
  get namespaces(): Run['namespaces'] {
    return this.#run?.namespaces ?? null;
  }

  get unseen(): Run['unseen'] {
    return this.#run?.unseen;
  }

  /** The last ones that are remembered, the last one first. */
  get exits(): readonly LastExit[] {
    return this.#exits;
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

  /** It was told to reload where it is, and is not ready again yet. */
  get isReloading(): boolean {
    return this.#run?.isReloading ?? false;
  }

  /** It was asked to end, and its time to do so is not over. */
  get isInMercy(): boolean {
    return this.#timers.isRunning('stop');
  }

  /** Of the last start that came to an end. */
  get startUsec(): number | null {
    return this.#startUsec;
  }

  /** What would keep it from starting at this moment, at the lines that ask for it. */
  async obstaclesTo(planned: Pick<Planned, 'config' | 'plan'>): Promise<readonly Problem[]> {
    return [...(await obstaclesOf(planned, this.#parts)), ...(await this.doors.obstaclesTo(planned))];
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

  /** The same text, as other code understands it: what runs goes on whatever it would be now. */
  renew(offer: Offer): void {
    this.#intent.renew(offer);
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
    if (why === 'asked-twice') this.#overlap?.kill();
  }

  /** Is another jail on its way to take the place of what runs? */
  get isOverlapping(): boolean {
    return this.#overlap?.isUnderWay ?? false;
  }

  /** Resolves at the next moment when `reached` holds; asked after every event. */
  async until(reached: (vassal: Vassal) => boolean): Promise<void> {
    while (!reached(this))
      await new Promise<void>((resolve) => {
        this.#waiters = [...this.#waiters, resolve];
      });
  }

  #refuse(): void {
    this.tally.refused();
    this.#report.refused(this.problems, this.source, this.#life);
    this.#dispatch({ type: 'invalid' });
  }

  /** What is planned now is what shall run. */
  #takeUp(because: string): Reloading {
    const { planned } = this.#intent;
    this.#cron.replace(planned?.config.cron);
    if (planned) this.output.retarget(planned.config.log.value, planned.config.logManner);
    const reloading = this.#reloadingTo(planned);
    this.#report.reloading(reloading, because, this.#life);
    const waited = this.state === 'waiting';
    const needsJail = reloading === 'new-jail' || reloading === 'overlap';
    this.#dispatch({ type: 'config', needsJail, isOver: this.#isOver });
    if (waited && planned?.config.cron === undefined) this.doors.listen(planned);
    return reloading;
  }

  #reloadingTo(planned: Planned | undefined): Reloading {
    const kind = planned?.config.reload.kind;
    if (this.#life.jail !== 'up' || kind === 'restart') return 'new-jail';
    if (kind === 'overlap') return this.#life.state === 'running' && !this.#isOver ? 'overlap' : 'new-jail';
    if (kind === 'none') return 'none';
    if (!isSameJail(this.#run?.planned, planned)) return 'new-jail';
    return kind === 'emperor' ? 'in-place' : 'signal';
  }

  /** What ran is no more, and its life has not been told. */
  get #isOver(): boolean {
    return this.#life.jail === 'up' && this.#run === undefined;
  }

  #wouldReplace(planned: Planned): boolean {
    return this.#life.jail === 'up' && REPLACING.has(this.#reloadingTo(planned));
  }

  /** To stop the daemon is not to wait for a tenant longer than `stop-timeout` may be. */
  #mayPutOff(timer: TimerName): boolean {
    return timer !== 'stop' || this.config?.tenant === undefined;
  }

  #dispatch(event: LifeEvent): void {
    if (event.type === 'beat') this.lastBeat = Date.now() / 1000;
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
    this.doors.follow(life, this.#run);
    if (isNew) this.#report.entered(life, this.commandPid, this.#startUsec);
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = NOBODY;
    for (const waiter of waiters) waiter();
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'enqueue':
        return this.#parts.order.await(this, () => this.#enqueue());
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
      case 'overlap':
        return this.#begunOverlap().begin();
      case 'arm':
        return this.#timers.arm(effect.timer, effect.ms);
      case 'disarm':
        return this.#timers.disarm(effect.timer);
      case 'listen':
        return this.#listen();
      case 'unlisten':
        this.#cron.disarm();
        return this.doors.unlisten();
      case 'forget':
        return void this.#forget();
    }
  }

  #begunOverlap(): Overlap {
    this.#overlap ??= new Overlap(this.#parts, {
      report: this.#report,
      planned: () => this.#intent.planned,
      spareGroups: () =>
        this.tally.use(
          this.#parts.groupsOf(this.groups.name === this.name ? spareName(this.name) : this.name),
        ),
      make: (groups, handlers) =>
        this.#runIn(groups, process.hrtime.bigint(), handlers, this.doors.sockets.beside),
      takeOver: (successor) => this.#giveWayTo(successor),
      gaveUp: () => void this.doors.sockets.revert(),
      trouble: (error) => this.#trouble(error),
      ended: (exit) => this.tally.ended(exit),
      changed: () => this.#wake(),
    });
    return this.#overlap;
  }

  /** For its time, or for somebody who connects. */
  #listen(): void {
    const cron = this.wanted?.cron;
    if (cron) this.#cron.arm(cron);
    else this.doors.listen(this.#intent.planned);
  }

  /** It cannot wait to be called. */
  #deaf(failure: StartFailure): void {
    const plan = this.#intent.planned?.plan;
    if (plan === undefined) return;
    this.#noteExit(neverStarted(failure, plan));
    const { life, effects } = this.#foresee({ type: 'deaf' });
    if (this.#lastExit) this.#report.ended(this.#lastExit, life, false);
    this.#become(life);
    this.#carryOut(effects);
  }

  #noteExit(exit: LastExit): void {
    this.#lastExit = exit;
    this.#exits = [exit, ...this.#exits].slice(0, MOST_EXITS);
  }

  #enqueue(): void {
    this.#decidedNs = process.hrtime.bigint();
    this.#place.enqueue();
  }

  #launch(): void {
    this.#startUsec = null;
    this.signs.clear();
    this.doors.sockets.renew();
    this.#run = this.#runIn(this.groups, this.#decidedNs, this.#handlers());
    this.#identity = this.#run.planned.identity;
    this.#dispatch({ type: 'launched' });
    this.output.begin(this.#life.generation);
    this.#run.launch(this.#parts);
  }

  #runIn(
    groups: VassalGroups,
    decidedNs: bigint,
    handlers: RunHandlers,
    sockets: RunSockets = this.doors.sockets,
  ): Run {
    const { planned } = this.#intent;
    if (planned === undefined) throw new Error(`${this.name}: a start without a config`);
    return new Run(planned, decidedNs, this.output, groups, handlers, sockets);
  }

  #handlers(): RunHandlers {
    return {
      waiting: (what) => this.#wait(what),
      started: () => this.#started(),
      ready: () => this.#dispatch({ type: 'ready' }),
      notify: (notice) => this.signs.hear(notice),
      isAwaited: () => this.#life.state === 'starting',
      trouble: (error) => this.#trouble(error),
      hookFailed: (message) => this.#report.trouble(message),
      said: (type) => this.#dispatch({ type }),
      // Then a new jail has to do.
      unheard: () => this.#dispatch({ type: 'config', needsJail: true }),
      warned: (message) => this.#report.warning(message),
      ended: (exit, settingUp, forGood) => {
        this.#ending++;
        void this.#ended(exit, settingUp, forGood).finally(() => this.#ending--);
      },
    };
  }

  /** What ran until now is on its way out. */
  #giveWayTo({ run, groups }: Settled): Settled | undefined {
    const former = this.#run && { run: this.#run, groups: this.groups };
    run.answerTo(this.#handlers());
    this.#run = run;
    this.#identity = run.planned.identity;
    this.groups = groups;
    void this.doors.sockets.settle();
    this.#startUsec = run.startUsec;
    this.#observeStart();
    this.signs.clear();
    this.#dispatch({ type: 'replaced' });
    this.output.begin(this.#life.generation);
    return former;
  }

  /** Whom it waits for may be another vassal, which is to get its place. */
  #wait(what: string): void {
    this.#place.leave();
    this.#report.waiting(what, this.#life);
    this.#wake();
  }

  #started(): void {
    this.#startUsec = this.#run?.startUsec ?? null;
    this.#observeStart();
    this.#place.leave();
    this.#dispatch({ type: 'execd' });
  }

  #observeStart(): void {
    if (this.#startUsec !== null) this.#parts.starts?.observe(this.#startUsec / 1e6);
  }

  async #ended(exit: LastExit, settingUp: boolean, forGood: boolean): Promise<void> {
    if (settingUp) this.#place.leave();
    this.#noteExit(exit);
    this.tally.ended(exit);
    const limited = this.#run?.planned.plan.cgroups !== undefined;
    const isReplaced = this.isOverlapping && this.#life.next === 'policy';
    this.#run = undefined;
    this.#overlap?.cancel();
    // Whatever `restart` says: what was to take its place shall run.
    if (isReplaced) this.#dispatch({ type: 'config', needsJail: true, isOver: true });
    const gone = { type: 'gone', success: exit.reason === 'success', forGood } as const;
    // A vassal is not called down before its group is gone; one that starts again at once keeps it, unless there is
    // something in it that the next start may not want.
    let outcome = this.#foresee(gone);
    if (limited || outcome.life.jail === 'none') {
      await this.#removeGroups();
      outcome = this.#foresee(gone);
    }
    if (isDown(outcome.life)) {
      await this.doors.sockets.close();
      outcome = this.#foresee(gone);
    }
    const asked = this.#life.next !== 'policy';
    const { life, effects } = outcome;
    // Who waits for the next start waits for its launch, not for our words.
    if (life.jail === 'queued') this.#report.hold();
    // Before what it leads to: that may be oblivion.
    this.#report.ended(exit, life, asked);
    this.#become(life);
    this.#carryOut(effects);
    // Behind the microtask in which the gate lets it in; of the new start nothing is heard in this turn of the loop.
    queueMicrotask(() => this.#report.tellHeld());
  }

  #askToEnd(): void {
    this.#overlap?.cancel();
    this.#run?.askToEnd(this.#life.state === 'reloading' ? 'reload' : 'stop');
  }

  #killFor(why: KillReason): void {
    this.#report.killing(why);
    this.kill(why);
  }

  #signalReload(): void {
    const { planned } = this.#intent;
    const reload = planned?.config.reload;
    if (planned === undefined || this.#run === undefined) return;
    this.#run.announce('reload');
    if (reload?.kind === 'signal') this.#run.signal(reload.signal);
    if (reload?.kind === 'emperor') this.#run.reloadAs(planned);
  }

  /** What has lost its place to another one may be on its way out still, and so may sockets, and groups: the next one of that
   *  name has the same. */
  async #forget(): Promise<void> {
    const turn = ++this.#goodbyes;
    this.#timers.disarmAll();
    await this.#overlap?.over();
    await Promise.all([this.groups.settled(), this.doors.sockets.settled()]);
    // Its file may have come back meanwhile, and gone again.
    if (this.#life.next !== 'forget' || turn !== this.#goodbyes) return;
    this.#cron.disarm();
    this.#report.removed(this.#life);
    this.output.close();
    this.#parts.forgotten(this);
    this.#identity = undefined;
    this.#wake();
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

/** No vassal has a name that begins with a dot. */
function spareName(name: string): string {
  return `.${name}`;
}
