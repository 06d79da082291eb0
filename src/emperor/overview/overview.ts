// What the control centre is told besides what all others are: the vassals as lines of a table, what they use while somebody
// looks, and config and plan without secrets.

import { masked } from '../../config/secrets.ts';
import type { ConfigText } from '../../monitors/monitor.ts';
import type { ReadUsage } from '../../system/cgroup-usage.ts';
import type { Vassal } from '../vassal.ts';
import { usageOf } from '../vassal-view.ts';
import { type ConfigPage, configPage, type PlanPage, planPage } from './dossier.ts';
import { type Row, rowOf } from './row.ts';
import { type Round, type Sample, Sampler } from './sampler.ts';
import { Secrets } from './secrets.ts';

export interface OverviewParts {
  readonly vassals: ReadonlyMap<string, Vassal>;
  /** What the file of a vassal holds: never read for a page, since it may be somebody else's to choose. */
  readonly textOf: (name: string) => Pick<ConfigText, 'path' | 'text'> | undefined;
  readonly uid: number;
  readonly readUsage: ReadUsage;
}

export class Overview {
  readonly #parts: OverviewParts;
  readonly #secrets = new Secrets();
  readonly #sampler: Sampler;

  constructor(parts: OverviewParts) {
    this.#parts = parts;
    this.#sampler = new Sampler(async () => {
      const vassals = [...parts.vassals.values()];
      const usage = await usageOf(vassals, parts.readUsage);
      return new Map(vassals.map((vassal) => [vassal.name, usage.get(vassal)]));
    });
  }

  get names(): readonly string[] {
    return [...this.#parts.vassals.keys()];
  }

  /** Undefined: no such vassal. */
  row(name: string): Row | undefined {
    const vassal = this.#parts.vassals.get(name);
    return vassal && rowOf(vassal, () => this.secretsOf(vassal), this.#parts.uid);
  }

  /** Those of the last rounds, for as long as somebody has been looking. */
  samplesOf(names: readonly string[]): Readonly<Record<string, readonly Sample[]>> {
    return Object.fromEntries(names.map((name) => [name, this.#sampler.of(name)]));
  }

  /** Returns the way to end it. */
  onRound(heard: (round: Round) => void): () => void {
    return this.#sampler.listen(heard);
  }

  /** Undefined: no such vassal. */
  config(name: string): ConfigPage | undefined {
    const vassal = this.#parts.vassals.get(name);
    if (vassal === undefined) return undefined;
    const { path = vassal.source, text = '' } = this.#parts.textOf(name) ?? {};
    // What a tenant's link leads to may be what he could not read himself.
    const isHis = !vassal.problems.some(({ code }) => code === 'bad-owner');
    return configPage(path, isHis ? text : '', vassal.problems, this.secretsOf(vassal));
  }

  /** Of what runs, else of what would be started; null: its text has been bad from the first. Undefined: no such vassal. */
  plan(name: string): PlanPage | null | undefined {
    const vassal = this.#parts.vassals.get(name);
    if (vassal === undefined) return undefined;
    return vassal.plan ? planPage(vassal.plan, this.secretsOf(vassal)) : null;
  }

  /** A sentence about the vassal without its secrets. */
  discreet(name: string, text: string): string {
    const vassal = this.#parts.vassals.get(name);
    return vassal ? masked(text, this.secretsOf(vassal)) : text;
  }

  secretsOf(vassal: Vassal): readonly string[] {
    return this.#secrets.of(vassal, this.#parts.textOf(vassal.name)?.text ?? '');
  }
}
