// The control groups of one vassal: its own of the daemon's v2 tree and those that its config names, set up before a jail is
// cloned into them and taken down when the jail is over.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CGROUP_LIMITS, useV1Instead, v1Name } from '../config/cgroup/limits.ts';
import type { CgroupLimit, CgroupSettings } from '../config/cgroup/settings.ts';
import type { Located, Origin } from '../config/origin.ts';
import type { Cgroup, CgroupWatch, KillCounts } from './cgroup.ts';
import { ControllerSwitch } from './cgroup-controllers.ts';
import { CgroupError, doing } from './cgroup-error.ts';
import { type Place, placesOf, v1Controllers } from './cgroup-hierarchy.ts';
import { NamedHome } from './cgroup-home.ts';
import type { NamedGroups } from './cgroup-named.ts';
import { OomCounter } from './cgroup-oom.ts';
import type { CgroupTree } from './cgroup-tree.ts';
import { controllerOf, withDeviceNumber, writeTo, writeToAll } from './cgroup-writes.ts';

export interface CgroupParts {
  readonly watch: CgroupWatch;
  readonly tree: CgroupTree | undefined;
  /** Why there is no tree. */
  readonly noTree: string | undefined;
  readonly named: NamedGroups;
}

/** What is the vassal's at this moment, for a daemon that takes the place of this one. */
export interface GroupsRecord {
  readonly taken: readonly string[];
  readonly home: { readonly path: string; readonly counts: KillCounts } | null;
  readonly own: KillCounts | null;
  readonly v1: readonly { readonly group: string; readonly told: number }[];
}

const MODE = 0o755;
const MAKING_HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'the directory above it is not there',
  EACCES: 'the hierarchy is not writable for this user',
  EPERM: 'the hierarchy is not writable for this user',
  EROFS: 'the hierarchy is mounted read-only',
};

export class VassalGroups {
  readonly name: string;
  readonly #own: Cgroup | undefined;
  readonly #parts: CgroupParts;
  /** What was taken, the last one first. */
  #taken: readonly string[] = [];
  #home: NamedHome | undefined;
  #v1Kills: readonly OomCounter[] = [];
  #oomKills = 0;
  #last: Promise<unknown> = Promise.resolve();
  #atWork = 0;

  constructor(name: string, parts: CgroupParts) {
    this.name = name;
    this.#own = parts.tree?.of(name);
    this.#parts = parts;
  }

  /** What its jail is cloned into. */
  get home(): Cgroup | NamedHome | undefined {
    return this.#home ?? this.#own;
  }

  /** Its own, for a jail that asks for nothing: the launcher makes it. */
  useOwn(): Cgroup | undefined {
    this.#home = undefined;
    return this.#own;
  }

  /** Throws CgroupError; nothing is left of it then. */
  setUp(settings: CgroupSettings): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#setUp(settings);
      } catch (error) {
        await this.#takeDown();
        if (error instanceof CgroupError) throw error;
        throw new CgroupError('control groups', undefined, error as NodeJS.ErrnoException);
      }
    });
  }

  /** When the jail is over: what was made goes, and with it what an edit takes back. */
  takeDown(): Promise<void> {
    return this.#inTurn(() => this.#takeDown());
  }

  /** Nothing is being done to them. */
  get isSettled(): boolean {
    return this.#atWork === 0;
  }

  /** Resolves when nothing of what was to be done to them up to now is left to do. */
  async settled(): Promise<void> {
    await this.#last;
  }

  get record(): GroupsRecord {
    return {
      taken: this.#taken,
      home: this.#home ? { path: this.#home.path, counts: this.#home.counts } : null,
      own: this.#own?.counts ?? null,
      v1: this.#v1Kills.map(({ group, told }) => ({ group, told })),
    };
  }

  resume({ taken, home, own, v1 }: GroupsRecord): void {
    const { watch, named } = this.#parts;
    this.#taken = taken;
    if (home) {
      this.#home = new NamedHome(home.path, watch, named);
      this.#home.counts = home.counts;
    }
    if (own && this.#own) this.#own.counts = own;
    this.#v1Kills = v1.map(({ group, told }) => new OomCounter(group, told));
  }

  /** Out-of-memory kills since the last call. */
  newOomKills(): number {
    const own = this.home?.newOomKills() ?? 0;
    const kills = this.#v1Kills.reduce((sum, counter) => sum + counter.fresh(), own);
    this.#oomKills += kills;
    return kills;
  }

  /** All that newOomKills() has told. */
  get oomKills(): number {
    return this.#oomKills;
  }

  /** Those that it would tell, were the counter of the group at `kills`. */
  freshOomKills(kills: number): number {
    return this.home?.freshOomKills(kills) ?? 0;
  }

  /** Of groups that are gone; undefined: it has none. */
  get formerCpuUsec(): number | undefined {
    return this.home?.formerCpuUsec;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#atWork++;
    const turn = this.#last.then(work).finally(() => this.#atWork--);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #setUp({ directories, directoryMode, options, limits }: CgroupSettings): Promise<void> {
    const places = await placesOf(directories);
    for (const place of places) await this.#take(place, directoryMode);
    const home = places.find(({ hierarchy }) => hierarchy === 'v2')?.path;
    this.#home = home === undefined ? undefined : new NamedHome(home, this.#parts.watch, this.#parts.named);
    if (home !== undefined)
      await turnOnFor(
        home,
        options.map(({ value }) => value.file),
      );
    const paths = places.map(({ path }) => path);
    for (const option of options) await writeToAll(paths, option);
    if (limits.length > 0) await this.#limit(limits);
    this.#v1Kills = places
      .filter(({ hierarchy }) => hierarchy === 'v1')
      .map(({ path }) => new OomCounter(path));
    // What was counted before is not about this jail.
    this.#home?.newOomKills();
  }

  async #take({ path, at, complaint }: Place, mode: number): Promise<void> {
    const what = `cgroup ${path}`;
    if (complaint !== undefined) throw new CgroupError(what, at, complaint);
    await doing(what, at, MAKING_HINTS, () => this.#parts.named.take(path, mode));
    this.#taken = [path, ...this.#taken];
  }

  async #limit(limits: readonly Located<CgroupLimit>[]): Promise<void> {
    const path = await this.#limited(limits);
    for (const limit of limits) {
      const exact = limit.value.option === 'io-max' ? await withDeviceNumber(limit) : limit;
      if (!(await writeTo(path, exact)))
        throw new CgroupError(limit.value.option, limit.at, `this kernel has no ${limit.value.file}`);
    }
  }

  /** The group that the limits are for, with their controllers. */
  async #limited(limits: readonly Located<CgroupLimit>[]): Promise<string> {
    const { tree, noTree } = this.#parts;
    const { home } = this;
    const controllers = this.#home ? new ControllerSwitch([dirname(this.#home.path)]) : tree?.controllers;
    for (const limit of limits) {
      const missing = await controllers?.turnOn(CGROUP_LIMITS[limit.value.option].controller);
      if (home === undefined) throw unlimited(limit, `there is no cgroup v2 group for it: ${noTree}`);
      if (missing !== undefined) throw unlimited(limit, missing);
    }
    const path = home?.path ?? '';
    if (this.#home === undefined) await makeOwn(path, limits[0]?.at);
    return path;
  }

  async #takeDown(): Promise<void> {
    const taken = this.#taken;
    this.#taken = [];
    this.#v1Kills = [];
    const all = [...taken.map((path) => this.#parts.named.release(path)), this.#own?.remove()];
    const failed = (await Promise.allSettled(all)).find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function makeOwn(path: string, at: Origin | undefined): Promise<void> {
  await doing(`cgroup ${path}`, at, MAKING_HINTS, async () => {
    await mkdir(path, MODE).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  });
}

/** Those that cannot be had show by their files' not being there. */
async function turnOnFor(group: string, files: readonly string[]): Promise<void> {
  const controllers = new ControllerSwitch([dirname(group)]);
  for (const controller of new Set(files.map(controllerOf)))
    if (controller !== undefined) await controllers.turnOn(controller);
}

function unlimited({ value: { option }, at }: Located<CgroupLimit>, why: string): CgroupError {
  const mount = v1Controllers().get(v1Name(CGROUP_LIMITS[option].controller));
  return new CgroupError(option, at, why, mount && useV1Instead(option, mount));
}
