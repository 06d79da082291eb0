// What is counted of one vassal for as long as it is in the world, whatever becomes of its jails.
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import type { LastExit } from './view.ts';

/** Plain data: all that has to be kept of a tally. */
export interface TallyRecord {
  /** By reason, see LastExit. */
  readonly exits: Readonly<Record<string, number>>;
  readonly configErrors: number;
  readonly oomKills: number;
}

export class Tally {
  readonly #exits: Record<string, number>;
  #groups: readonly VassalGroups[] = [];
  readonly #pastOomKills: number;
  #configErrors: number;

  constructor(past: TallyRecord = { exits: {}, configErrors: 0, oomKills: 0 }) {
    this.#exits = { ...past.exits };
    this.#configErrors = past.configErrors;
    this.#pastOomKills = past.oomKills;
  }

  get record(): TallyRecord {
    const oomKills = this.#groups.reduce((sum, groups) => sum + groups.oomKills, this.#pastOomKills);
    return { exits: { ...this.#exits }, configErrors: this.#configErrors, oomKills };
  }

  /** Its jails are in these. */
  use(groups: VassalGroups): VassalGroups {
    if (!this.#groups.includes(groups)) this.#groups = this.#groups.concat(groups);
    return groups;
  }

  ended({ reason }: Pick<LastExit, 'reason'>): void {
    this.#exits[reason] = (this.#exits[reason] ?? 0) + 1;
  }

  refused(): void {
    this.#configErrors++;
  }
}
