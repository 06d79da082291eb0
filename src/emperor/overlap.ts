// A vassal's reloads by overlap, one after the other: the successor until it is ready, then the way out of the one whose place
// it took. The two are never in the same control groups.
import type { JailParts } from '../jail/jail.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import type { StartGate } from './gate.ts';
import type { Planned } from './planned.ts';
import type { Run, RunHandlers } from './run.ts';
import { Retirement, Successor } from './succession.ts';
import type { VassalReport } from './vassal-report.ts';
import type { LastExit } from './view.ts';

export interface OverlapParts extends JailParts {
  readonly gate: StartGate;
}

/** A run with the groups that it is in. */
export interface Settled {
  readonly run: Run;
  readonly groups: VassalGroups;
}

/** The vassal, as far as its overlaps need it. */
export interface OverlapOwner {
  readonly report: VassalReport;
  planned(): Planned | undefined;
  /** A second set of groups. */
  spareGroups(): VassalGroups;
  make(groups: VassalGroups, handlers: RunHandlers): Run;
  /** Has that run from now on; gives what it had. */
  takeOver(successor: Settled): Settled | undefined;
  /** There is no successor any more. */
  gaveUp(): void;
  trouble(error: Error): void;
  /** A run came to its end that is not the vassal's present one. */
  ended(exit: LastExit): void;
  /** `isUnderWay` may be another now. */
  changed(): void;
}

export class Overlap {
  readonly #parts: OverlapParts;
  readonly #owner: OverlapOwner;
  /** Nobody is in them when there is neither a successor nor a retirement. */
  #spare: VassalGroups | undefined;
  #successor: Successor | undefined;
  #retirement: Retirement | undefined;
  /** Another one is wanted. */
  #again = false;
  readonly #waiters: (() => void)[] = [];

  constructor(parts: OverlapParts, owner: OverlapOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  get isUnderWay(): boolean {
    return this.#again || this.#successor !== undefined;
  }

  /** Nothing of it is up besides what runs. */
  get isSettled(): boolean {
    return this.#retirement === undefined && (this.#successor?.isWaiting ?? true);
  }

  /** The files that what is up of it was made of. */
  get runsOf(): readonly string[] {
    return [this.#successor?.runsOf, this.#retirement?.runsOf].filter((each) => each !== undefined);
  }

  /** Is something that was made of that file on its way out? */
  leaves(identity: string): boolean {
    if (this.#retirement?.runsOf === identity) return true;
    return this.#successor?.isWanted === false && this.#successor.runsOf === identity;
  }

  /** What is planned now is to take the place of what runs; what was to do so before is given up. */
  begin(): void {
    this.#again = true;
    this.#successor?.cancel();
    this.#next();
  }

  cancel(): void {
    this.#again = false;
    this.#successor?.cancel();
  }

  kill(): void {
    this.cancel();
    this.#retirement?.kill();
  }

  /** Resolves when nothing of it is left. */
  async over(): Promise<void> {
    this.cancel();
    if (this.#successor || this.#retirement)
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #next(): void {
    const planned = this.#owner.planned();
    if (!this.#again || this.#successor || this.#retirement || planned === undefined) return;
    this.#again = false;
    this.#spare ??= this.#owner.spareGroups();
    this.#successor = this.#successorTo(planned, this.#spare);
    this.#successor.begin();
  }

  #successorTo({ config }: Planned, groups: VassalGroups): Successor {
    const { report } = this.#owner;
    const parts = {
      ...this.#parts,
      groups,
      make: (handlers: RunHandlers) => this.#owner.make(groups, handlers),
      startTimeoutMs: config.startTimeoutMs,
      readyByExec: config.ready.kind === 'exec',
    };
    return new Successor(parts, {
      trouble: (error) => this.#owner.trouble(error),
      hookFailed: (message) => report.trouble(message),
      warned: (message) => report.warning(message),
      ready: (run) => this.#succeed({ run, groups }),
      failed: (exit) => {
        this.#successor = undefined;
        this.#owner.gaveUp();
        if (exit) {
          this.#owner.ended(exit);
          report.successorFailed(exit);
        }
        this.#settle();
      },
    });
  }

  #succeed(successor: Settled): void {
    this.#successor = undefined;
    const former = this.#owner.takeOver(successor);
    this.#spare = former?.groups;
    if (former) this.#retire(former);
    else this.#settle();
  }

  #retire({ run, groups }: Settled): void {
    const { report } = this.#owner;
    this.#retirement = new Retirement(run, groups, {
      trouble: (error) => this.#owner.trouble(error),
      hookFailed: (message) => report.trouble(message),
      warned: (message) => report.warning(message),
      ended: (exit) => {
        this.#retirement = undefined;
        this.#owner.ended(exit);
        report.retired(exit);
        this.#settle();
      },
    });
    this.#owner.changed();
  }

  #settle(): void {
    this.#next();
    this.#owner.changed();
    if (this.#successor || this.#retirement) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
