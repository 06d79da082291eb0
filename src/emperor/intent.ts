// What a vassal is meant to be: the plan that its next start uses, one that waits because it could not start as things are,
// and all that is wrong with the text on disk.
import type { Problem } from '../config/problems/problem.ts';
import { type Offer, type Planned, plannedBy } from './planned.ts';
import { encode } from './reexec/codec.ts';
import type { Packing } from './reexec/packing.ts';

/** For a daemon that takes the place of this one; plans by their numbers. */
export interface IntentRecord {
  readonly planned: number | null;
  readonly deferred: { readonly planned: number; readonly problems: readonly Problem[] } | null;
  readonly problems: readonly Problem[];
}

export class Intent {
  readonly #look: (planned: Planned) => Promise<readonly Problem[]>;
  #planned: Planned | undefined;
  /** Good as a text, but bound to fail: what runs is not given up for it. */
  #deferred: { readonly planned: Planned; readonly problems: readonly Problem[] } | undefined;
  #problems: readonly Problem[] = [];

  /** `look`: what would keep it from starting at this moment. */
  constructor(look: (planned: Planned) => Promise<readonly Problem[]>) {
    this.#look = look;
  }

  get planned(): Planned | undefined {
    return this.#planned;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  record({ plan }: Pick<Packing, 'plan'>): IntentRecord {
    const deferred = this.#deferred;
    return {
      planned: this.#planned ? plan(this.#planned) : null,
      deferred: deferred ? { planned: plan(deferred.planned), problems: deferred.problems } : null,
      problems: this.#problems,
    };
  }

  resume({ planned, deferred, problems }: IntentRecord, planOf: (number: number) => Planned): void {
    this.#planned = planned === null ? undefined : planOf(planned);
    this.#deferred = deferred
      ? { planned: planOf(deferred.planned), problems: deferred.problems }
      : undefined;
    this.#problems = problems;
  }

  /** The same text, by other code or of another daemon: what runs is not given up for it. */
  renew(offer: Offer): void {
    const wasDeferred = this.#deferred !== undefined;
    this.take(offer, () => wasDeferred);
  }

  /** False: the text is bad, or it cannot start and something that runs would have to go for it (`replaces`). What was meant
   *  before stays then. */
  take(offer: Offer, replaces: (planned: Planned) => boolean): boolean {
    const planned = this.#shared(plannedBy(offer));
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

  /** What is what it was already stays the very same: with what runs of it, a thousand vassals would have two thousand plans. */
  #shared(planned: Planned | undefined): Planned | undefined {
    if (this.#planned === undefined || planned === undefined) return planned;
    return encode(planned) === encode(this.#planned) ? this.#planned : planned;
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
    const obstacles = await this.#look(deferred.planned);
    if (this.#deferred !== deferred) return;
    this.#problems = [...deferred.problems, ...obstacles.map(asError)];
    if (obstacles.length === 0) this.insist();
  }
}

function asError(problem: Problem): Problem {
  return { ...problem, severity: 'error' };
}
