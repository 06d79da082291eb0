// The daemon's part of the cgroup v2 tree: one group per vassal, so that "which processes are his" has an exact answer.
// Works beside v1 controllers (hybrid): killing and counting need none.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cgroup, type CgroupWatch } from './cgroup.ts';
import { ControllerSwitch } from './cgroup-controllers.ts';
import { makeDirectories } from './directories.ts';
import { startTicks } from './start-ticks.ts';

/** Interface files begin so: a vassal of such a name gets an underscore in front, as systemd does. */
const RESERVED = /^(_|(cgroup|memory|pids|cpu|cpuset|io|hugetlb|rdma|misc|perf_event|debug)\.)/;
/** What tells use and out-of-memory kills, where there is a choice. */
const CONTROLLERS = ['memory', 'pids', 'cpu'];

/** Not a group that somebody delegated to us. */
const MADE_BY_US = /\/tsjail-\d+$/;

/** What a daemon needs to know of the tree of the one that it takes the place of. */
export interface TreeRecord {
  readonly path: string;
  readonly chain: readonly string[];
  readonly on: readonly string[];
}

export class CgroupTree {
  /** Of the daemon: what is to be removed when it dies. */
  readonly path: string;
  readonly #vassals: string;
  readonly #watch: CgroupWatch;
  readonly #countsMemory = () => this.controllers.isOn('memory');
  /** For the groups of the vassals. */
  readonly controllers: ControllerSwitch;

  private constructor(path: string, watch: CgroupWatch, controllers: ControllerSwitch) {
    this.path = path;
    this.#vassals = join(path, 'vassals');
    this.#watch = watch;
    this.controllers = controllers;
  }

  /** Makes the daemon's own tree, or tells why there is none. When the group we are in is ours alone (systemd's
   *  Delegate=yes), the daemon moves to its leaf `daemon` and vassals live beside it; else a group `tsjail-PID` is made. */
  static create(watch: CgroupWatch): CgroupTree | string {
    const own = ownGroup();
    if (own === undefined) return 'no cgroup v2 hierarchy is mounted';
    try {
      const base = baseIn(own);
      const alone = base === own;
      const vassals = join(base, 'vassals');
      makeDirectories(vassals);
      if (alone) moveSelf(join(own, 'daemon'));
      const controllers = new ControllerSwitch(alone ? [base, vassals] : [own, base, vassals]);
      controllers.turnOnAtOnce(CONTROLLERS);
      return new CgroupTree(base, watch, controllers);
    } catch (error) {
      return `cgroup ${own}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
    }
  }

  /** The one that is there: we are the process that made it. */
  static resume({ path, chain, on }: TreeRecord, watch: CgroupWatch): CgroupTree {
    return new CgroupTree(path, watch, new ControllerSwitch(chain, on));
  }

  get record(): TreeRecord {
    return { path: this.path, ...this.controllers.record };
  }

  /** Where `create` would make it; null: nowhere. */
  static place(): string | null {
    const own = ownGroup();
    return own === undefined ? null : baseIn(own);
  }

  /** Kills whoever lives in the tree that a dead daemon left at `path`, and removes what that daemon made. False: there was
   *  nothing. */
  static async removeLeftovers(path: string, watch: CgroupWatch): Promise<boolean> {
    if (!existsSync(join(path, 'vassals'))) return false;
    await new Cgroup(join(path, 'vassals'), watch).destroy();
    if (MADE_BY_US.test(path)) await new Cgroup(path, watch).destroy();
    return true;
  }

  /** Removes the empty trees beside ours of daemons and runs that died. Nobody in them is touched: their pids may be those
   *  of another pid namespace. Gives those that it removed. */
  static async removeEmptyOnes(watch: CgroupWatch): Promise<string[]> {
    const own = ownGroup();
    const names = own === undefined ? [] : readdirSync(own).filter(isOfTheDead);
    const paths = names.map((name) => join(own ?? '', name));
    await Promise.all(paths.map((path) => new Cgroup(path, watch).remove().catch(() => {})));
    return paths.filter((path) => !existsSync(path));
  }

  /** The group of the vassal `name`; it is made by whoever starts something in it. */
  of(name: string): Cgroup {
    // Not join(), of which V8 keeps all the parts.
    const path = [this.#vassals, RESERVED.test(name) ? `_${name}` : name].join('/');
    return new Cgroup(path, this.#watch, this.#countsMemory);
  }

  /** Ends whoever is left in it and removes it. The daemon's own leaf stays: we are in it. */
  async remove(): Promise<void> {
    await new Cgroup(this.#vassals, this.#watch).destroy();
    if (MADE_BY_US.test(this.path)) await new Cgroup(this.path, this.#watch).remove();
  }
}

function isOfTheDead(group: string): boolean {
  const pid = /^tsjail-(\d+)$/.exec(group)?.[1];
  return pid !== undefined && startTicks(Number(pid)) === undefined;
}

function ownGroup(): string | undefined {
  const mount = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find((words) => words[words.indexOf('-') + 1] === 'cgroup2');
  const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  return mount?.[4] === undefined || group === undefined ? undefined : join(mount[4], group);
}

function baseIn(own: string): string {
  return isOursAlone(own) ? own : join(own, `tsjail-${process.pid}`);
}

/** The root of the hierarchy has no cgroup.events, and is nobody's alone. */
function isOursAlone(group: string): boolean {
  const members = readFileSync(join(group, 'cgroup.procs'), 'utf8').trim();
  return members === String(process.pid) && readdirSync(group).includes('cgroup.events');
}

function moveSelf(leaf: string): void {
  makeDirectories(leaf);
  writeFileSync(join(leaf, 'cgroup.procs'), String(process.pid));
}
