// Replaces the daemon's program in its own process, and keeps every vassal: tries the new code, holds back starts, waits until
// nothing is half done, hands over. Until execve(2) has worked it can go back, and then all goes on as if nothing had been.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { environmentFor } from '../../system/handed.ts';
import { ADDON_PATH } from '../../system/paths.ts';
import { ownVersion } from '../../system/version.ts';
import type { StartGate } from '../gate.ts';
import type { Planned } from '../planned.ts';
import type { VassalRecord } from '../vassal-record.ts';
import type { ReexecAnswer } from '../view.ts';
import { type DaemonHead, writeState } from './format.ts';
import { Packer, type Packing } from './packing.ts';
import { ownProgram } from './program.ts';
import { type TrialParts, tryNewCode } from './trial.ts';

export interface ReexecParts extends TrialParts {
  readonly gate: StartGate;
  /** The daemon's log is written. */
  readonly drained: () => Promise<void> | undefined;
  readonly log: (level: 'info' | 'error', message: string) => void;
  /** Resolves when the daemon does nothing else that changes it as a whole. */
  readonly idle: () => Promise<void>;
  /** Why it must not be now at all; undefined: it may. */
  readonly forbidden: () => string | undefined;
  readonly vassals: ReexecVassals;
  readonly server: () => ReexecServer | undefined;
  readonly head: (packing: Packing) => DaemonHead;
  /** The service manager is told of it. */
  readonly announce: (what: 'begins' | 'given up') => void;
}

/** The Emperor, as far as it goes. */
export interface ReexecVassals {
  readonly unsettled: string | undefined;
  readonly vassals: readonly { readonly jailerPid: number | null; record(packing: Packing): VassalRecord }[];
  pause(): void;
  hush(): Promise<void>;
  wake(): void;
}

export interface ReexecServer {
  /** Requests that wait for something to happen to a vassal, and streams, are told to come back. */
  cut(): void;
  /** It was for nothing. */
  goOn(): Promise<void>;
  /** Every request is answered. */
  readonly isQuiet: boolean;
}

interface Times {
  /** Whoever is in set-up, or just ending, has so long. */
  readonly settleMs: number;
  /** Output that is not written, and answers that are not read, by then are left behind. */
  readonly quietMs: number;
}

const TIMES: Times = { settleMs: 30_000, quietMs: 2000 };
const LOOK_MS = 5;

export class Reexec {
  readonly #parts: ReexecParts;
  readonly #times: Times;
  #underWay: Promise<ReexecAnswer> | undefined;
  /** Plans in words, while it is under way: kept after one that was given up they would be as large as the plans themselves. */
  #words = new WeakMap<Planned, string>();

  constructor(parts: ReexecParts, times: Times = TIMES) {
    this.#parts = parts;
    this.#times = times;
  }

  /** Resolves just before it is done, or when it is given up. One that is under way is everybody's. */
  ask(): Promise<ReexecAnswer> {
    this.#underWay ??= new Promise((resolve) => {
      void this.#begin(resolve).finally(() => {
        this.#underWay = undefined;
        this.#words = new WeakMap();
      });
    });
    return this.#underWay;
  }

  async #begin(answer: (given: ReexecAnswer) => void): Promise<void> {
    const { log, vassals } = this.#parts;
    const from = ownVersion();
    const refuse = (why: string) => {
      log('error', `re-exec: ${why}; everything goes on as it is`);
      answer({ ok: false, message: why, from, to: null, vassals: vassals.vassals.length });
    };
    try {
      const why = this.#parts.forbidden();
      if (why !== undefined) return refuse(why);
      await this.#parts.idle();
      const trial = await this.#try();
      if ('problem' in trial) return refuse(`the new code cannot take over: ${trial.problem}`);
      const agree = () =>
        answer({ ok: true, message: '', from, to: trial.version, vassals: vassals.vassals.length });
      const failure = await this.#replace(trial.version, agree);
      refuse(failure);
    } catch (error) {
      refuse(`this is a bug: ${(error as Error).stack}`);
    }
  }

  async #try() {
    const { native } = this.#parts;
    const { memory } = this.#pack();
    try {
      return await tryNewCode(this.#parts, memory);
    } finally {
      native.close(memory);
    }
  }

  /** Returns only with the reason why it came to nothing. */
  async #replace(version: string, agree: () => void): Promise<string> {
    const { gate, vassals, native, log, announce } = this.#parts;
    log('info', `re-exec: ${ownVersion()} gives way to ${version}`);
    announce('begins');
    gate.shut();
    vassals.pause();
    try {
      const late = await this.#settled(this.#times.settleMs);
      if (late !== undefined) return late;
      agree();
      await this.#quiet();
      native.holdSignals();
      // Signals that were caught before are heard in this turn.
      for (let turns = 2; turns > 0; turns--) await nextTurn();
      return (await this.#settled(this.#times.quietMs)) ?? this.#exec();
    } catch (error) {
      return (error as Error).message;
    } finally {
      native.releaseSignals();
      vassals.wake();
      gate.reopen();
      announce('given up');
      await this.#parts.server()?.goOn();
    }
  }

  /** Undefined: nothing is half done at this moment. Else what is, after all the time that there is for it. */
  async #settled(patienceMs: number): Promise<string | undefined> {
    const endsAt = performance.now() + patienceMs;
    for (;;) {
      const forbidden = this.#parts.forbidden();
      const why = forbidden ?? this.#unsettled();
      if (why === undefined) return undefined;
      if (forbidden !== undefined) return forbidden;
      if (performance.now() > endsAt) return `not within ${patienceMs / 1000} s: ${why}`;
      await pause(LOOK_MS);
    }
  }

  #unsettled(): string | undefined {
    const { vassals, native } = this.#parts;
    if (vassals.unsettled !== undefined) return vassals.unsettled;
    const jails = new Set(vassals.vassals.map(({ jailerPid }) => jailerPid));
    // Of hooks, of helpers, of what else is at work for a vassal.
    const others = native.listChildren().filter((pid) => !jails.has(pid));
    return others.length === 0 ? undefined : 'a helper is at work';
  }

  /** What is written and asked comes to its end, within bounds. */
  async #quiet(): Promise<void> {
    const endsAt = performance.now() + this.#times.quietMs;
    const written = this.#parts.vassals.hush().then(() => this.#parts.drained());
    await Promise.race([written, pause(this.#times.quietMs)]);
    const server = this.#parts.server();
    server?.cut();
    while (server?.isQuiet === false && performance.now() < endsAt) await pause(LOOK_MS);
  }

  #exec(): string {
    const { native } = this.#parts;
    const { memory, fds } = this.#pack();
    const { path, argv } = ownProgram();
    try {
      const environment = environmentFor({ purpose: 'place', fd: memory }, ADDON_PATH);
      native.replaceProgram(path, argv, environment, [...STANDARD, memory, ...fds]);
      return 'execve came back without an error';
    } finally {
      native.close(memory);
    }
  }

  #pack(): { memory: number; fds: readonly number[] } {
    const packer = new Packer();
    const head = this.#parts.head(packer);
    const vassals = this.#parts.vassals.vassals.map((vassal) => vassal.record(packer));
    const { fds, plans } = packer;
    const state = writeState({ version: ownVersion(), fds, head, plans, vassals }, this.#words);
    return { memory: this.#parts.native.makeMemfd('tsjail-state', state), fds };
  }
}

const STANDARD = [0, 1, 2];

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
