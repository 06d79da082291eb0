// One vassal: carries out what its life (state.ts) asks for. It owns the run, the timers, the cgroup and the output of that
// vassal; it decides nothing about when to start or stop.
import { inOneLine } from '../config/format.ts';
import type { Problem } from '../config/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { JailParts } from '../jail/jailed-process.ts';
import type { VassalOutput } from '../output/line.ts';
import type { Plan } from '../plan/step.ts';
import type { Cgroup } from '../system/cgroup.ts';
import { duration } from './exit-words.ts';
import type { StartGate } from './gate.ts';
import { type KillReason, type Planned, Run } from './run.ts';
import {
  type Effect,
  type Life,
  type LifeEvent,
  type LifePolicy,
  newLife,
  type Outcome,
  step,
  type TimerName,
} from './state.ts';
import type { LastExit, VassalEvent, VassalState } from './view.ts';

/** A text as it was understood: with a config and its plan, or with what is wrong. */
export interface Offer {
  readonly config: VassalConfig | undefined;
  readonly plan: Plan | undefined;
  readonly problems: readonly Problem[];
}

export interface VassalParts extends JailParts {
  readonly gate: StartGate;
  readonly output: (name: string, config: VassalConfig | undefined) => VassalOutput;
  /** The vassal's cgroup, or undefined where there is no writable tree. */
  readonly cgroup: (name: string) => Cgroup | undefined;
  readonly event: (event: VassalEvent) => void;
  readonly log: (level: 'info' | 'warn' | 'error', vassal: string, message: string) => void;
  /** The vassal is out of the world: down, and its file gone. */
  readonly forgotten: (vassal: Vassal) => void;
}

const REPEATS_LOGGED = 3;

export class Vassal {
  readonly name: string;
  /** Path of its file. */
  source: string;
  readonly output: VassalOutput;
  readonly cgroup: Cgroup | undefined;
  /** The file its text came from (device and inode), to know it again under another name. */
  identity = '';
  readonly #parts: VassalParts;
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
    const { config, plan } = offer;
    if (config === undefined || plan === undefined) return this.#refuse();
    this.#wanted = { config, plan };
    this.output.retarget(config.log.value);
    this.reload();
  }

  /** The same text under other defaults: what runs goes on when nothing of it changes. */
  redefine(offer: Offer): void {
    const { config, plan } = offer;
    if (
      config === undefined ||
      plan === undefined ||
      fingerprint(this.#wanted) !== fingerprint({ config, plan })
    ) {
      return this.offer(offer);
    }
    this.#problems = offer.problems;
    this.#wanted = { config, plan };
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
    const needsJail = !bySignal || fingerprint(this.#run?.planned) !== fingerprint(this.#wanted);
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
    const [first, ...more] = this.#problems.filter((problem) => problem.severity === 'error');
    const others = more.length === 0 ? '' : `; and ${more.length} more: tsjail check ${this.source}`;
    const text = first ? `${inOneLine(first)}${others}` : 'invalid config';
    const kept = this.#life.jail === 'none' ? '' : '; what runs is kept';
    this.#parts.log('error', this.name, `${text}${kept}`);
    this.#tell('invalid', text);
    this.#dispatch({ type: 'invalid' });
  }

  #dispatch(event: LifeEvent): void {
    const before = this.#life.state;
    const outcome = this.#foresee(event);
    this.#life = outcome.life;
    if (before !== this.#life.state) this.#entered();
    for (const effect of outcome.effects) this.#carryOut(effect);
    for (const waiter of [...this.#waiters]) {
      this.#waiters.delete(waiter);
      waiter();
    }
  }

  /** What `event` leads to. */
  #foresee(event: LifeEvent): Outcome {
    return step(this.#life, event, performance.now(), this.#policy(), Math.random());
  }

  #policy(): LifePolicy {
    const config = this.#wanted?.config ?? this.#run?.planned.config;
    if (config === undefined) return NO_CONFIG;
    return { ...config, reload: config.reload.kind };
  }

  #carryOut(effect: Effect): void {
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
    this.#dispatch(gone);
    this.#reportEnd(exit, asked);
  }

  #reportEnd(exit: LastExit, asked: boolean): void {
    const { failures, state, nextStart, since } = this.#life;
    const next = nextStart === null ? '' : `; restart in ${duration(nextStart - since)}`;
    const gaveUp = state === 'failed' ? `; start-limit: ${failures} ends in a row` : '';
    const text = `${exit.message}${next}${gaveUp}`;
    this.output.note(text);
    this.#tell('exit', text);
    // A crash loop fills no disk: after the third end in a row only powers of two are logged.
    if (state === 'backoff' && failures > REPEATS_LOGGED && !Number.isInteger(Math.log2(failures))) return;
    this.#parts.log(exit.reason === 'success' || asked ? 'info' : 'warn', this.name, text);
  }

  #entered(): void {
    const { state, generation } = this.#life;
    if (state === 'running') {
      const took = this.#startUsec === null ? '' : ` (${(this.#startUsec / 1000).toFixed(1)} ms)`;
      this.#parts.log('info', this.name, `running, generation ${generation}, pid ${this.commandPid}${took}`);
    }
    this.#tell('state', state);
  }

  #askToEnd(): void {
    // Before the command is exec'd there is nobody to ask.
    if (!this.#run?.isStarted) return this.#run?.kill(undefined);
    this.#run.signal(this.#run.planned.config.stopSignal);
  }

  #killFor(why: KillReason): void {
    this.#parts.log('warn', this.name, `${why} is over: killing the whole jail`);
    this.kill(why);
  }

  #signalReload(): void {
    const reload = this.#wanted?.config.reload;
    if (reload?.kind !== 'signal') return;
    this.#run?.signal(reload.signal);
    this.#parts.log('info', this.name, 'reload: signal sent');
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
    this.#tell('removed', 'removed');
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
    const text = `cgroup ${this.cgroup?.path}: ${error.message}`;
    this.output.note(text);
    this.#parts.log('error', this.name, text);
  }

  #tell(event: VassalEvent['event'], message: string): void {
    this.#parts.event(this.#eventNow(event, message));
  }

  #eventNow(event: VassalEvent['event'], message: string): VassalEvent {
    return { at: Date.now() / 1000, vassal: this.name, event, state: this.#life.state, message };
  }
}

/** For a vassal that has never had a valid text: nothing of it is ever used. */
const NO_CONFIG: LifePolicy = {
  restart: 'never',
  restartDelayMs: 0,
  maxRestartDelayMs: 0,
  stableAfterMs: 0,
  startLimit: 0,
  startTimeoutMs: 0,
  stopTimeoutMs: 0,
  reload: 'restart',
};

function fingerprint(what: Planned | undefined): string {
  if (what === undefined) return '';
  const { plan, config } = what;
  return JSON.stringify([
    plan.cloneFlags,
    plan.outside,
    plan.steps.map((each) => [each.name, each.args]),
    config.log.value,
  ]);
}
