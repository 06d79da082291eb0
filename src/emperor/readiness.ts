// Waits until the command of one run is ready, where that takes somebody who looks: a line on a descriptor, somebody who
// listens, a time. What it says itself (sd_notify, emperor pipe) comes another way.
import { constants } from 'node:os';
import type { ReadyWay, VassalConfig } from '../config/vassal-config.ts';
import { Helper } from '../jail/hook-run.ts';
import type { JailParts, Keep, SpawnFailure } from '../jail/jail.ts';
import { readyProbe } from '../plan/ready-probe.ts';
import type { Step } from '../plan/step.ts';
import { duration, failureText } from './exit-words.ts';
import type { Handover } from './handover.ts';
import { fromMonotonic, toMonotonic } from './reexec/clock.ts';

export interface ReadinessHandlers {
  ready(): void;
  /** It cannot be found out. */
  trouble(message: string): void;
}

/** For a daemon that takes the place of this one. */
export interface ReadinessRecord {
  readonly waitingFor: string | null;
  /** When the delay is over, by the monotonic clock; null: it is another way. */
  readonly endsAt: number | null;
  /** -1: it is another way. */
  readonly fd: number;
  readonly bytes: number;
  readonly isProbed: boolean;
}

const { ESRCH } = constants.errno;
const EPOLLIN = 1;
const NEWLINE = 10;
const CHUNK = Buffer.allocUnsafe(512);
/** Whoever writes so much and no line means something else by it. */
const MOST_BYTES = 64 * 1024;

export class Readiness {
  readonly #parts: JailParts;
  readonly #config: VassalConfig;
  readonly #handlers: ReadinessHandlers;
  #waitingFor: string | null;
  /** Ends what was begun to find it out. */
  #giveUp: () => void = () => {};
  #endsAt: number | null = null;
  #fd = -1;
  #bytes = 0;
  #isPaused = false;
  #probed: readonly Step[] | undefined;

  constructor(parts: JailParts, config: VassalConfig, handlers: ReadinessHandlers) {
    this.#parts = parts;
    this.#config = config;
    this.#handlers = handlers;
    this.#waitingFor = waitFor(config.ready);
  }

  /** What it takes for the command to be ready; null: nothing more. */
  get waitingFor(): string | null {
    return this.#waitingFor;
  }

  /** The command runs. */
  begin(pid: number | null, handover: Handover | undefined): void {
    const { ready } = this.#config;
    if (ready.kind === 'delay') this.#delay(ready.ms);
    else if (ready.kind === 'fd') this.#read(handover?.take('ready'));
    else if (ready.kind === 'socket' && pid !== null) this.#probe(readyProbe(this.#config, pid));
  }

  record(keep: Keep): ReadinessRecord {
    return {
      waitingFor: this.#waitingFor,
      endsAt: this.#endsAt === null ? null : toMonotonic(this.#endsAt),
      fd: keep(this.#fd),
      bytes: this.#bytes,
      isProbed: this.#probed !== undefined,
    };
  }

  resume({ waitingFor, endsAt, fd, bytes, isProbed }: ReadinessRecord, pid: number | null): void {
    this.#waitingFor = waitingFor;
    this.#bytes = bytes;
    if (endsAt !== null) this.#delay(fromMonotonic(endsAt) - performance.now());
    else if (fd !== -1) this.#read(fd);
    else if (isProbed && pid !== null) this.#probe(readyProbe(this.#config, pid));
  }

  /** Nobody is to be at work for it: until wake(). */
  pause(): void {
    if (this.#probed) this.#giveUp();
    this.#isPaused = true;
  }

  wake(): void {
    const probed = this.#isPaused ? this.#probed : undefined;
    this.#isPaused = false;
    if (probed) this.#probe(probed);
  }

  /** It is ready, or gone. */
  close(): void {
    this.#waitingFor = null;
    this.#giveUp();
    this.#giveUp = () => {};
    this.#endsAt = null;
    this.#fd = -1;
    this.#probed = undefined;
  }

  #reached(): void {
    this.close();
    this.#handlers.ready();
  }

  #delay(ms: number): void {
    const timer = setTimeout(() => this.#reached(), Math.max(0, ms));
    this.#endsAt = performance.now() + ms;
    this.#giveUp = () => clearTimeout(timer);
  }

  /** As s6-supervise has it: what counts is a newline. An end without one is no sign, and no reason to kill either. */
  #read(fd: number | undefined): void {
    if (fd === undefined) return;
    const { native } = this.#parts;
    this.#fd = fd;
    this.#giveUp = () => {
      native.unwatch(fd);
      native.close(fd);
    };
    native.watch(fd, EPOLLIN, () => {
      const size = native.read(fd, CHUNK);
      if (size < 0) return;
      this.#bytes += size;
      if (CHUNK.subarray(0, size).includes(NEWLINE)) return this.#reached();
      if (size > 0 && this.#bytes < MOST_BYTES) return;
      this.close();
      this.#waitingFor = `${waitFor(this.#config.ready)}, which it ${size === 0 ? 'closed' : 'filled'} without one`;
      this.#handlers.trouble(`ready: waiting for ${this.#waitingFor}`);
    });
  }

  #probe(steps: readonly Step[]): void {
    this.#probed = steps;
    if (this.#isPaused) return;
    // It forks nobody: orphans of others are not its affair.
    const parts = { ...this.#parts, endOrphans: async () => {} };
    const helper = new Helper(parts, {
      steps,
      name: this.#config.name,
      stdio: 'null',
      variables: [],
      output: () => {},
      mounted: () => {},
    });
    let wanted = true;
    this.#giveUp = () => {
      wanted = false;
      helper.kill();
    };
    void helper.end.then((failure) => {
      if (!wanted) return;
      this.#giveUp = () => {};
      this.#probed = undefined;
      if (failure === undefined) return this.#reached();
      // The command is gone: its end is what is told.
      if (failure.kind === 'hook' && failure.failure.errno === ESRCH) return;
      this.#handlers.trouble(`ready: ${probeText(failure, steps)}`);
    });
  }
}

function probeText(failure: SpawnFailure, steps: readonly Step[]): string {
  return failureText(failure, { steps, owner: undefined, outside: undefined });
}

function waitFor(ready: ReadyWay): string | null {
  switch (ready.kind) {
    case 'exec':
      return null;
    case 'notify':
      return 'READY=1 on NOTIFY_SOCKET';
    case 'emperor':
      return 'a word on the emperor pipe';
    case 'socket':
      return `somebody to listen on ${ready.name}`;
    case 'fd':
      return `a line on descriptor ${ready.fd}`;
    case 'delay':
      return `${duration(ready.ms)} to pass`;
  }
}
