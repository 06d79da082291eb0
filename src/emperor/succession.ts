// The two ends of a reload by overlap: a run that is to take the place of another one when it is ready, and that other one's
// way out.
import type { JailParts } from '../jail/jail.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import type { StartGate } from './gate.ts';
import { GatePlace } from './gate-place.ts';
import type { Run, RunHandlers } from './run.ts';
import type { LastExit } from './view.ts';

export interface SuccessorParts extends JailParts {
  readonly gate: StartGate;
  readonly groups: VassalGroups;
  /** A run of what is planned, in those groups, not launched yet. */
  readonly make: (handlers: RunHandlers) => Run;
  readonly startTimeoutMs: number;
  /** Is it ready when it is exec'd? */
  readonly readyByExec: boolean;
}

export interface SuccessorHandlers extends Pick<RunHandlers, 'trouble' | 'hookFailed' | 'warned'> {
  /** The run is the handler's from now on. */
  ready(run: Run): void;
  /** It is gone without having been ready. Null: nobody wanted it any more. */
  failed(exit: LastExit | null): void;
}

export class Successor {
  readonly #parts: SuccessorParts;
  readonly #handlers: SuccessorHandlers;
  readonly #place: GatePlace;
  #run: Run | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unwanted = false;

  constructor(parts: SuccessorParts, handlers: SuccessorHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#place = new GatePlace(parts.gate, () => this.#launch());
  }

  /** It waits for its place still. */
  get isWaiting(): boolean {
    return this.#run === undefined;
  }

  get isWanted(): boolean {
    return !this.#unwanted;
  }

  /** The file that it was made of, once it is up. */
  get runsOf(): string | undefined {
    return this.#run?.planned.identity;
  }

  begin(): void {
    this.#place.enqueue();
  }

  /** Nobody wants it any more: `failed` follows, at once where nothing was begun. */
  cancel(): void {
    if (this.#unwanted) return;
    this.#unwanted = true;
    this.#place.dequeue();
    if (this.#run) this.#run.kill(undefined);
    else this.#handlers.failed(null);
  }

  #launch(): void {
    const { make, startTimeoutMs, readyByExec } = this.#parts;
    const run = make({
      ...this.#handlers,
      waiting: () => this.#place.leave(),
      started: () => {
        this.#place.leave();
        if (readyByExec) this.#ready();
      },
      ready: () => this.#ready(),
      notify: () => {},
      isAwaited: () => true,
      said: (what) => {
        if (what === 'ready') this.#ready();
      },
      unheard: () => {},
      ended: (exit) => void this.#ended(exit),
    });
    this.#run = run;
    this.#timer = setTimeout(() => run.kill('start-timeout'), startTimeoutMs);
    run.launch(this.#parts);
  }

  /** It does its work now. */
  #ready(): void {
    clearTimeout(this.#timer);
    if (this.#run && !this.#unwanted) this.#handlers.ready(this.#run);
  }

  async #ended(exit: LastExit): Promise<void> {
    clearTimeout(this.#timer);
    this.#place.leave();
    await takeDown(this.#parts.groups, this.#handlers.trouble);
    this.#handlers.failed(this.#unwanted ? null : exit);
  }
}

/** Asks a run to end, and kills it when its stop-timeout is over. */
export class Retirement {
  readonly #run: Run;

  /** `ended` is told when nothing of it is left, its groups neither. */
  constructor(
    run: Run,
    groups: VassalGroups,
    handlers: Pick<RunHandlers, 'trouble' | 'hookFailed' | 'warned'> & { ended(exit: LastExit): void },
  ) {
    this.#run = run;
    const timer = setTimeout(() => run.kill('stop-timeout'), run.planned.config.stopTimeoutMs);
    run.answerTo({
      ...handlers,
      waiting: () => {},
      started: () => {},
      ready: () => {},
      notify: () => {},
      isAwaited: () => false,
      said: () => {},
      unheard: () => {},
      ended: (exit) => {
        clearTimeout(timer);
        void takeDown(groups, handlers.trouble).then(() => handlers.ended(exit));
      },
    });
    run.askToEnd('reload');
  }

  /** The file that it was made of. */
  get runsOf(): string {
    return this.#run.planned.identity;
  }

  kill(): void {
    this.#run.kill('asked-twice');
  }
}

async function takeDown(groups: VassalGroups, trouble: (error: Error) => void): Promise<void> {
  try {
    await groups.takeDown();
  } catch (error) {
    trouble(error as Error);
  }
}
