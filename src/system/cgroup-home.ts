// A v2 group that a config names, as the place where a jail lives. Others may be in it too: its end is not the jail's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Cgroup, type CgroupWatch, type KillCounts } from './cgroup.ts';
import type { NamedGroups } from './cgroup-named.ts';

export class NamedHome {
  readonly path: string;
  readonly isOurs = false;
  readonly #group: Cgroup;
  readonly #named: NamedGroups;

  constructor(path: string, watch: CgroupWatch, named: NamedGroups) {
    this.path = path;
    this.#group = new Cgroup(path, watch, () => existsSync(join(path, 'memory.events')));
    this.#named = named;
  }

  async kill(): Promise<void> {
    if (this.#named.isOfOneVassal(this.path)) await this.#group.kill();
  }

  /** The directory goes when it is released, and whoever is left in it then. */
  async destroy(): Promise<void> {}

  newOomKills(): number {
    return this.#group.newOomKills();
  }

  freshOomKills(kills: number): number {
    return this.#group.freshOomKills(kills);
  }

  /** It stays, and its counter with it. */
  get formerCpuUsec(): number {
    return 0;
  }

  get counts(): KillCounts {
    return this.#group.counts;
  }

  set counts(counts: KillCounts) {
    this.#group.counts = counts;
  }
}
