// What a vassal is meant to be: the plan that its next start uses, one that waits because it could not start as things are,
// and all that is wrong with the text on disk.
import type { Problem } from '../config/problems/problem.ts';
import type { ProgramParts } from '../jail/host-program.ts';
import { obstaclesOf } from './obstacles.ts';
import { type Offer, type Planned, plannedBy } from './planned.ts';

export class Intent {
  readonly #parts: ProgramParts;
  #planned: Planned | undefined;
  /** Good as a text, but bound to fail: what runs is not given up for it. */
  #deferred: { readonly planned: Planned; readonly problems: readonly Problem[] } | undefined;
  #problems: readonly Problem[] = [];

  constructor(parts: ProgramParts) {
    this.#parts = parts;
  }

  get planned(): Planned | undefined {
    return this.#planned;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** False: the text is bad, or it cannot start and something that runs would have to go for it (`replaces`). What was meant
   *  before stays then. */
  take(offer: Offer, replaces: (planned: Planned) => boolean): boolean {
    const planned = plannedBy(offer);
    this.#problems = [...offer.problems, ...offer.obstacles];
    this.#deferred = undefined;
    if (planned === undefined) return false;
    if (offer.obstacles.length === 0 || !replaces(planned)) {
      this.#planned = planned;
      return true;
    }
    this.#deferred = { planned, problems: offer.problems };
    this.#problems = [...offer.problems, ...offer.obstacles.map(asError)];
    return false;
  }

  /** The operator wants what is on disk, come what may. */
  insist(): void {
    this.#planned = this.#deferred?.planned ?? this.#planned;
    this.#deferred = undefined;
  }

  /** Perhaps what kept the text on disk from starting is mended. */
  async reconsider(): Promise<void> {
    const deferred = this.#deferred;
    if (deferred === undefined) return;
    const obstacles = await obstaclesOf(deferred.planned, this.#parts);
    if (this.#deferred !== deferred) return;
    this.#problems = [...deferred.problems, ...obstacles.map(asError)];
    if (obstacles.length === 0) this.insist();
  }
}

function asError(problem: Problem): Problem {
  return { ...problem, severity: 'error' };
}
