// One vassal: carries out what its life (state.ts) asks for. It owns the jail, the timers, the cgroup and the output of that
// vassal; it decides nothing about when to start or stop.
import type { Problem } from '../config/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { JailedProcess, type JailParts, type SpawnFailure } from '../jail/jailed-process.ts';
import type { CommandExit } from '../jail/messages.ts';
import type { ExitStatus, NativeError } from '../jail/native.ts';
import type { VassalOutput } from '../output/line.ts';
import type { Plan } from '../plan/step.ts';
import type { Cgroup } from '../system/cgroups.ts';
import { duration, failureText, lastExit, wasOutOfMemory } from './exit-words.ts';
import type { StartGate } from './gate.ts';
import {
  type Effect,
  type Life,
  type LifeEvent,
  type LifePolicy,
  newLife,
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
  /** The vassal's cgroup, or undefined where there is no writable tree. Throws when it should be there but is not. */
  readonly cgroup: (name: string) => Cgroup | undefined;
  readonly event: (event: VassalEvent) => void;
  readonly log: (level: 'info' | 'warn' | 'error', vassal: string, message: string) => void;
  /** The vassal is out of the world: down, and its file gone. */
  readonly forgotten: (vassal: Vassal) => void;
  /** Children that lost their init (no pid namespace) are ours to end. */
  readonly endOrphans: () => void;
}

interface Running {
  readonly config: VassalConfig;
  readonly plan: Plan;
  readonly jail: JailedProcess | null;
}

const REPEATS_LOGGED = 3;

export class Vassal {
  readonly name: string;
  readonly source: string;
  /** The file its text came from (device and inode), to know it again under another name. */
  identity = '';
  readonly #parts: VassalParts;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  readonly #waiters = new Set<() => void>();
  readonly #begin = () => this.#launch();
  #life: Life = newLife(performance.now());
  /** What the next start uses. */
  #wanted: { readonly config: VassalConfig; readonly plan: Plan } | undefined;
  #running: Running | undefined;
  #problems: readonly Problem[] = [];
  #output: VassalOutput;
  #cgroup: Cgroup | undefined;
  #jailerPid: number | null = null;
  #failure: { failure: SpawnFailure; plan: Plan } | undefined;
  #timedOut = false;
  #oomKillsBefore: number | undefined;
  #decidedNs = 0n;
  #startUsec: number | null = null;
  #lastExit: LastExit | null = null;

  constructor(name: string, source: string, parts: VassalParts) {
    this.name = name;
    this.source = source;
    this.#parts = parts;
    this.#output = parts.output(name, undefined);
  }

  get life(): Life {
    return this.#life;
  }

  get state(): VassalState {
    return this.#life.state;
  }

  get config(): VassalConfig | undefined {
    return this.#running?.config ?? this.#wanted?.config;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get output(): VassalOutput {
    return this.#output;
  }

  get cgroup(): Cgroup | undefined {
    return this.#cgroup;
  }

  get jailerPid(): number | null {
    return this.#jailerPid;
  }

  get commandPid(): number | null {
    return this.#running?.jail?.commandPid ?? null;
  }

  get lastExit(): LastExit | null {
    return this.#lastExit;
  }

  get startUsec(): number | null {
    return this.#startUsec;
  }

  /** A new text. A bad one changes nothing but what is shown; a good one is what runs from now on. */
  offer(offer: Offer): void {
    this.#problems = offer.problems;
    const { config, plan } = offer;
    if (config === undefined || plan === undefined) return this.#refuse();
    this.#wanted = { config, plan };
    this.#output.retarget(config.log.value);
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
    const needsJail = !bySignal || fingerprint(this.#running) !== fingerprint(this.#wanted);
    this.#dispatch({ type: 'config', needsJail });
  }

  remove(): void {
    this.#dispatch({ type: 'removed' });
  }

  clearBackoff(): void {
    this.#dispatch({ type: 'clear-backoff' });
  }

  /** Ends every process of it now, whatever it is doing. */
  kill(): void {
    this.#running?.jail?.kill();
  }

  /** Resolves at the next moment when `reached` holds; asked after every event. */
  async until(reached: (vassal: Vassal) => boolean): Promise<void> {
    while (!reached(this)) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  #refuse(): void {
    const first = this.#problems.find((problem) => problem.severity === 'error');
    const text = first ? `${first.file}:${first.line}:${first.column}: ${first.message}` : 'invalid config';
    const kept = this.#life.jail === 'none' ? '' : '; what runs is kept';
    this.#parts.log('error', this.name, `${text}${kept}`);
    this.#tell('invalid', text);
    this.#dispatch({ type: 'invalid' });
  }

  #dispatch(event: LifeEvent): void {
    const before = this.#life.state;
    const outcome = step(this.#life, event, performance.now(), this.#policy(), Math.random());
    this.#life = outcome.life;
    if (before !== this.#life.state) this.#entered();
    for (const effect of outcome.effects) this.#carryOut(effect);
    for (const waiter of [...this.#waiters]) {
      this.#waiters.delete(waiter);
      waiter();
    }
  }

  #policy(): LifePolicy {
    const config = this.#wanted?.config ?? this.#running?.config;
    if (config === undefined) return NO_CONFIG;
    return { ...config, reload: config.reload.kind };
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'enqueue':
        this.#decidedNs = process.hrtime.bigint();
        return this.#parts.gate.enqueue(this.#begin);
      case 'dequeue':
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
    const wanted = this.#wanted;
    if (wanted === undefined) throw new Error(`${this.name}: a start without a config`);
    this.#failure = undefined;
    this.#timedOut = false;
    this.#startUsec = null;
    this.#running = { ...wanted, jail: null };
    this.#dispatch({ type: 'launched' });
    try {
      this.#cgroup ??= this.#parts.cgroup(this.name);
      this.#oomKillsBefore = this.#cgroup?.oomKills();
      const stdio = wanted.config.log.value.kind === 'null' ? 'null' : 'pipe';
      const jail = JailedProcess.spawn(this.#parts, wanted.plan, stdio, this.#cgroup, {
        jailer: (pid) => {
          this.#jailerPid = pid;
        },
        started: (_pid, monotonicNs) => this.#started(monotonicNs),
        failed: (failure) => this.#failedSetUp(failure),
        output: (chunk) => this.#output.bytes(chunk),
        ended: (command, init) => this.#ended(command, init),
      });
      this.#running = { ...wanted, jail };
    } catch (error) {
      this.#failedSetUp({ kind: 'native', what: 'start', error: error as NativeError });
      this.#ended(null, null);
    }
  }

  #started(monotonicNs: bigint): void {
    this.#startUsec = Number((monotonicNs - this.#decidedNs) / 1000n);
    this.#parts.gate.release();
    this.#dispatch({ type: 'execd' });
  }

  #failedSetUp(failure: SpawnFailure): void {
    const plan = this.#running?.plan;
    if (plan === undefined) return;
    this.#failure = { failure, plan };
    this.#output.note(failureText(failure, plan));
  }

  #ended(command: CommandExit | null, init: ExitStatus | null): void {
    const { execdAt } = this.#life;
    if (execdAt === null) this.#parts.gate.release();
    const after = this.#cgroup?.oomKills();
    this.#lastExit = lastExit({
      command,
      init,
      failure: this.#failure,
      timedOut: this.#timedOut,
      outOfMemory: wasOutOfMemory(command, this.#oomKillsBefore, after),
      uptimeMs: execdAt === null ? null : performance.now() - execdAt,
      at: Date.now() / 1000,
    });
    this.#running = undefined;
    this.#jailerPid = null;
    this.#output.flush();
    this.#parts.endOrphans();
    this.#dispatch({ type: 'gone', success: this.#lastExit.reason === 'success' });
    this.#reportEnd();
    if (this.#life.jail === 'none' && this.#life.state !== 'backoff') this.#dropCgroup();
  }

  #reportEnd(): void {
    const { failures, state, nextStart } = this.#life;
    const last = this.#lastExit?.message ?? 'ended';
    const next = nextStart === null ? '' : `; restart in ${duration(nextStart - performance.now())}`;
    const gaveUp = state === 'failed' ? `; start-limit: ${failures} ends in a row` : '';
    const text = `${last}${next}${gaveUp}`;
    this.#output.note(text);
    this.#tell('exit', text);
    // A crash loop fills no disk: after the third end in a row only powers of two are logged.
    if (failures > REPEATS_LOGGED && Number.isInteger(Math.log2(failures)) === false && state === 'backoff')
      return;
    this.#parts.log(
      this.#lastExit?.reason === 'success' || state === 'stopped' ? 'info' : 'warn',
      this.name,
      text,
    );
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
    const running = this.#running;
    // Before the command is exec'd there is nobody to ask.
    if (this.#life.execdAt === null) return running?.jail?.kill();
    running?.jail?.signal(running.config.stopSignal);
  }

  #killFor(why: 'start-timeout' | 'stop-timeout'): void {
    if (why === 'start-timeout') this.#timedOut = true;
    this.#parts.log('warn', this.name, `${why} is over: killing the whole jail`);
    this.kill();
  }

  #signalReload(): void {
    const reload = this.#wanted?.config.reload;
    if (reload?.kind !== 'signal') return;
    this.#running?.jail?.signal(reload.signal);
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
    this.#dropCgroup();
    this.#tell('removed', 'removed');
    this.#output.close();
    this.#parts.forgotten(this);
  }

  #dropCgroup(): void {
    try {
      this.#cgroup?.remove();
      this.#cgroup = undefined;
    } catch (error) {
      this.#parts.log('error', this.name, `cgroup ${this.#cgroup?.path}: ${(error as Error).message}`);
    }
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

function fingerprint(what: { readonly config: VassalConfig; readonly plan: Plan } | undefined): string {
  if (what === undefined) return '';
  const { plan, config } = what;
  return JSON.stringify([
    plan.cloneFlags,
    plan.outside,
    plan.steps.map((each) => [each.name, each.args]),
    config.log.value,
  ]);
}
