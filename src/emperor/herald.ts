// What the service manager is told of the daemon (sd_notify(3)): ready, reloading, stopping, how many vassals are in which
// state, and that the loop turns. Without a manager nothing of it is done.
import { count } from '../config/problems/count.ts';
import { type NotifyMessage, type NotifySystem, notifySocket, ServiceManager } from '../system/sd-notify.ts';
import { Watchdog, watchdogInterval } from '../system/watchdog.ts';
import type { VassalEvent, VassalState } from './view.ts';

/** As the Emperor has them. */
export interface HeraldedVassals {
  readonly vassals: readonly { readonly state: VassalState; readonly isInMercy: boolean }[];
  onEvent(listener: (event: VassalEvent) => void): () => void;
}

export interface HeraldParts {
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly pid: number;
  readonly system: NotifySystem;
  readonly emperor: HeraldedVassals;
  readonly trouble: (error: Error) => void;
  /** It takes the place of a daemon that was ready. */
  readonly takesOver?: boolean;
}

/** Vassals that come and go all the time are no reason to talk all the time. */
const STATUS_EVERY_MS = 1000;
/** From one program's last sign of life to the first one of the next, on a slow machine with all of its vassals. */
const REPLACED_MS = 180_000;
const EXTEND_EVERY_MS = 5000;
const EXTEND_BY_USEC = 15_000_000;
/** Behind its stop-timeout there are SIGKILL and, for a minute at most, its hooks: what takes longer is stuck. */
const PATIENCE_MS = 75_000;

export class Herald {
  readonly #emperor: HeraldedVassals;
  readonly #manager: ServiceManager | undefined;
  readonly #watchdog: Watchdog | undefined;
  readonly #watchdogMs: number | undefined;
  /** The manager was asked for more patience than its unit says. */
  #isPatient = false;
  #phase: 'starting' | 'up' | 'stopping' = 'starting';
  /** Why the last reload changed nothing. */
  #refusal = '';
  #said = '';
  #statusTimer: NodeJS.Timeout | undefined;
  #extendTimer: NodeJS.Timeout | undefined;
  #takeBack = () => {};

  constructor({ environment, pid, system, emperor, trouble, takesOver }: HeraldParts) {
    this.#emperor = emperor;
    const path = notifySocket(environment);
    if (path === undefined) return;
    this.#manager = new ServiceManager(path, system, trouble);
    const intervalMs = watchdogInterval(environment, pid);
    this.#watchdogMs = intervalMs;
    if (intervalMs !== undefined)
      this.#watchdog = new Watchdog(intervalMs, () => this.#tell({ WATCHDOG: 1 }));
    this.#takeBack = emperor.onEvent(() => this.#changed());
    this.#isPatient = takesOver === true;
    if (takesOver) this.#watchdog?.start();
  }

  /** Every vassal of the first scan has begun. */
  ready(): void {
    if (this.#phase === 'stopping') return;
    // Not before: the first sign of life has systemd expect the next, and a start may take its time.
    if (this.#phase === 'starting') this.#watchdog?.start();
    this.#phase = 'up';
    if (this.#isPatient) this.#allow(this.#watchdogMs);
    this.#isPatient = false;
    this.#said = this.#status();
    this.#tell({ READY: 1, STATUS: this.#said });
  }

  /** A reload is over, well or not. */
  reloaded(): void {
    if (this.#phase === 'up') this.ready();
  }

  /** To be followed by reloaded(); one of a daemon that is not ready yet is part of its start. */
  reloading(status = 'reading its config again'): void {
    if (this.#phase !== 'up') return;
    this.#refusal = '';
    this.#said = status;
    this.#tell({ RELOADING: 1, MONOTONIC_USEC: String(process.hrtime.bigint() / 1000n), STATUS: status });
  }

  /** The program is about to be replaced; to be followed by reloaded(), or by the ready() of the next one. Nobody feeds the
   *  watchdog until that has begun: who is killed by it takes all vassals along. */
  replacing(): void {
    if (this.#phase !== 'up') return;
    this.reloading('replacing its program');
    this.#isPatient = true;
    this.#allow(this.#watchdogMs && Math.max(REPLACED_MS, this.#watchdogMs));
  }

  #allow(watchdogMs: number | undefined): void {
    if (watchdogMs !== undefined) this.#tell({ WATCHDOG_USEC: watchdogMs * 1000, WATCHDOG: 1 });
  }

  /** Shown until the next reload. */
  refused(why: string): void {
    this.#refusal = why;
  }

  /** More time is asked for as long as the stop comes forward. */
  stopping(): void {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.#said = this.#status();
    this.#tell({ STOPPING: 1, STATUS: this.#said });
    if (this.#manager) this.#extend(performance.now(), this.#emperor.vassals.length);
  }

  close(): void {
    this.#takeBack();
    this.#watchdog?.stop();
    clearTimeout(this.#statusTimer);
    clearTimeout(this.#extendTimer);
  }

  #extend(movedAt: number, left: number): void {
    this.#extendTimer = setTimeout(() => {
      const { vassals } = this.#emperor;
      const now = performance.now();
      const moves = vassals.length < left || vassals.some((vassal) => vassal.isInMercy);
      const moved = moves ? now : movedAt;
      if (now - moved > PATIENCE_MS) return;
      this.#tell({ EXTEND_TIMEOUT_USEC: EXTEND_BY_USEC });
      this.#extend(moved, vassals.length);
    }, EXTEND_EVERY_MS);
  }

  /** At once, but for what came less than a moment ago: then once for all of it. */
  #changed(): void {
    if (this.#phase === 'starting' || this.#statusTimer !== undefined) return;
    this.#statusTimer = setTimeout(() => {
      this.#statusTimer = undefined;
      const status = this.#status();
      if (status === this.#said) return;
      this.#said = status;
      this.#tell({ STATUS: status });
    }, STATUS_EVERY_MS);
  }

  #status(): string {
    const { vassals } = this.#emperor;
    const doing = this.#phase === 'stopping' ? 'stopping' : 'governing';
    const states = new Map<VassalState, number>();
    for (const { state } of vassals) states.set(state, (states.get(state) ?? 0) + 1);
    const shown = ORDER.filter((state) => states.has(state)).map((state) => `${states.get(state)} ${state}`);
    const counts = shown.length === 0 ? '' : `: ${shown.join(', ')}`;
    const refusal = this.#refusal && `; ${this.#refusal}`;
    return `${doing} ${count(vassals.length, 'vassal')}${counts}${refusal}`;
  }

  #tell(message: NotifyMessage): void {
    this.#manager?.tell(message);
  }
}

const ORDER: readonly VassalState[] = [
  'running',
  'starting',
  'reloading',
  'waiting',
  'backoff',
  'failed',
  'invalid',
  'stopping',
  'stopped',
  'exited',
];
