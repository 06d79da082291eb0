// The daemon's part of the cgroup v2 tree (cgroups(7), kernel: admin-guide/cgroup-v2): one group per vassal, so that
// "which processes are his" has an exact answer. Works beside v1 controllers (hybrid): killing and counting need none.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const EPOLLPRI = 2;
/** Interface files begin so: a vassal of such a name gets an underscore in front, as systemd does. */
const RESERVED = /^(_|(cgroup|memory|pids|cpu|cpuset|io|hugetlb|rdma|misc|perf_event|debug)\.)/;

export interface CgroupWatch {
  watch(fd: number, events: number, ready: () => void): void;
  unwatch(fd: number): void;
}

export interface CgroupUsage {
  readonly memoryBytes: number | null;
  readonly cpuUsec: number | null;
  readonly pids: number | null;
}

/** The tree of one daemon. */
export class CgroupTree {
  readonly path: string;
  readonly #watch: CgroupWatch;

  private constructor(path: string, watch: CgroupWatch) {
    this.path = path;
    this.#watch = watch;
  }

  /** Makes the daemon's own tree, or tells why there is none. When the group we are in is ours alone (systemd's
   *  Delegate=yes), the daemon moves to its leaf `daemon` and vassals live beside it; else a group `tsjail-PID` is made. */
  static create(watch: CgroupWatch): CgroupTree | string {
    const own = ownGroup();
    if (own === undefined) return 'no cgroup v2 hierarchy is mounted';
    try {
      const base = isOursAlone(own) ? own : join(own, `tsjail-${process.pid}`);
      mkdirSync(join(base, 'vassals'), { recursive: true });
      if (base === own) moveSelf(join(own, 'daemon'));
      return new CgroupTree(base, watch);
    } catch (error) {
      return `cgroup ${own}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
    }
  }

  /** The group of the vassal `name`, made now. Throws when it cannot be made. */
  make(name: string): Cgroup {
    const path = join(this.path, 'vassals', RESERVED.test(name) ? `_${name}` : name);
    mkdirSync(path, { recursive: true });
    return new Cgroup(path, this.#watch);
  }

  /** Removes what is left of the tree; the daemon's own leaf stays (we are in it). */
  remove(): void {
    removeTree(join(this.path, 'vassals'));
    if (this.path.endsWith(`tsjail-${process.pid}`)) removeTree(this.path);
  }
}

/** The group of one vassal. */
export class Cgroup {
  readonly path: string;
  readonly #watch: CgroupWatch;

  constructor(path: string, watch: CgroupWatch) {
    this.path = path;
    this.#watch = watch;
  }

  openDirectory(): number {
    return openSync(this.path, 'r');
  }

  openKill(): number {
    try {
      return openSync(join(this.path, 'cgroup.kill'), 'w');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
      throw error;
    }
  }

  join(pid: number): void {
    writeFileSync(join(this.path, 'cgroup.procs'), String(pid));
  }

  kill(): void {
    killGroup(this.path);
  }

  /** Resolves when no live process is left in it or below (cgroup.events: populated 0). */
  emptied(): Promise<void> {
    const fd = openSync(join(this.path, 'cgroup.events'), 'r');
    return new Promise((resolve) => {
      const done = () => {
        this.#watch.unwatch(fd);
        closeSync(fd);
        resolve();
      };
      // The watch comes first: an event between the look and the watch would be lost.
      this.#watch.watch(fd, EPOLLPRI, () => {
        if (!isPopulated(this.path)) done();
      });
      if (!isPopulated(this.path)) done();
    });
  }

  remove(): void {
    removeTree(this.path);
  }

  /** Out-of-memory kills so far; undefined where no memory controller tells. */
  oomKills(): number | undefined {
    return field(tryRead(join(this.path, 'memory.events')), 'oom_kill');
  }

  async usage(): Promise<CgroupUsage> {
    const [memory, cpu, pids, procs] = await Promise.all(
      ['memory.current', 'cpu.stat', 'pids.current', 'cgroup.procs'].map((file) =>
        readOrNull(join(this.path, file)),
      ),
    );
    const members = procs?.split('\n').filter(Boolean) ?? [];
    return {
      memoryBytes: memory ? Number(memory) : await residentBytes(members),
      cpuUsec: field(cpu ?? undefined, 'usage_usec') ?? null,
      pids: pids ? Number(pids) : members.length,
    };
  }
}

/** Kills whoever lives in the tree that a dead daemon left at `path`, and removes it. */
export async function removeLeftovers(path: string, watch: CgroupWatch): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  const tree = new Cgroup(path, watch);
  if (isPopulated(path)) tree.kill();
  await tree.emptied();
  tree.remove();
}

function ownGroup(): string | undefined {
  const mount = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find((words) => words[words.indexOf('-') + 1] === 'cgroup2');
  const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  return mount?.[4] === undefined || group === undefined ? undefined : join(mount[4], group);
}

function isOursAlone(group: string): boolean {
  const members = readFileSync(join(group, 'cgroup.procs'), 'utf8').trim();
  return members === String(process.pid) && readdirSync(group).includes('cgroup.events');
}

function moveSelf(leaf: string): void {
  mkdirSync(leaf, { recursive: true });
  writeFileSync(join(leaf, 'cgroup.procs'), String(process.pid));
}

function isPopulated(group: string): boolean {
  return field(readFileSync(join(group, 'cgroup.events'), 'utf8'), 'populated') === 1;
}

function killGroup(group: string): void {
  try {
    const fd = openSync(join(group, 'cgroup.kill'), 'w');
    try {
      writeSync(fd, '1');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (isPopulated(group)) killFrozen(group);
  }
}

/** Before Linux 5.14: what is frozen cannot fork, so one pass over it is complete. */
function killFrozen(group: string): void {
  writeFileSync(join(group, 'cgroup.freeze'), '1');
  for (const member of membersBelow(group)) killOne(member);
  writeFileSync(join(group, 'cgroup.freeze'), '0');
}

function membersBelow(group: string): number[] {
  const below = subgroups(group).flatMap(membersBelow);
  return [
    ...readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    ...below,
  ];
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function removeTree(group: string): void {
  for (const child of subgroups(group)) removeTree(child);
  try {
    rmdirSync(group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function subgroups(group: string): string[] {
  if (statSync(group, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(group, entry.name));
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

/** Sum of the resident sets (shared pages count more than once), for trees without a memory controller. */
async function residentBytes(pids: readonly string[]): Promise<number | null> {
  const pages = await Promise.all(
    pids.map(async (pid) => Number((await readOrNull(`/proc/${pid}/statm`))?.split(' ')[1] ?? 0)),
  );
  return pages.reduce((sum, each) => sum + each, 0) * 4096;
}

function field(text: string | undefined, name: string): number | undefined {
  const match = text === undefined ? null : new RegExp(`^${name} (\\d+)$`, 'm').exec(text);
  return match ? Number(match[1]) : undefined;
}
