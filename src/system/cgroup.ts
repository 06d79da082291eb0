// One group of the cgroup v2 tree (cgroups(7), kernel: admin-guide/cgroup-v2) with whatever groups are below it: who is in
// it, ending them, what they have used. Whatever the kernel may hold up (its cgroup lock) runs on the thread pool.
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { type EndGroups, GroupEnds } from './cgroup-ends.ts';
import { lacksDescriptor, withDescriptor } from './descriptors.ts';

const EPOLLPRI = 2;
/** More than cgroup.events has. */
const EVENTS = Buffer.alloc(256);

export interface CgroupWatch {
  watch(fd: number, events: number, ready: () => void): void;
  unwatch(fd: number): void;
  /** See Native.endGroups(). */
  readonly endGroups: EndGroups;
}

/** Out-of-memory kills of the group as it is now that were told, and of former ones that were not. */
export interface KillCounts {
  readonly told: number;
  readonly untold: number;
}

export class Cgroup {
  readonly path: string;
  /** A vassal's own, where nobody else ever is. */
  readonly isOurs = true;
  readonly #watch: CgroupWatch;
  readonly #countsMemory: () => boolean;
  #told = 0;
  #untold = 0;
  #formerCpuUsec = 0;

  /** `countsMemory`: is the memory controller on for this group? */
  constructor(path: string, watch: CgroupWatch, countsMemory = () => false) {
    this.path = path;
    this.#watch = watch;
    this.#countsMemory = countsMemory;
  }

  /** Kills every process in it and below. Nobody is in a group that is not there. */
  kill(): Promise<void> {
    return withDescriptor(() => this.#kill());
  }

  async #kill(): Promise<void> {
    if (await writeIfThere(join(this.path, 'cgroup.kill'), '1')) return;
    // Before Linux 5.14. What is frozen cannot fork, so one pass over it is complete.
    if (!(await writeIfThere(join(this.path, 'cgroup.freeze'), '1'))) return;
    for (const member of await members(this.path)) killOne(member);
    await withDescriptor(() => writeIfThere(join(this.path, 'cgroup.freeze'), '0'));
  }

  /** Resolves when no live process is left in it or below (cgroup.events: populated 0). */
  async emptied(): Promise<void> {
    const fd = await withDescriptor(() => openIfThere(join(this.path, 'cgroup.events')));
    if (fd === undefined) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (isPopulated(fd)) return;
        this.#watch.unwatch(fd);
        closeSync(fd);
        resolve();
      };
      // The watch comes first: an event between the look and the watch would be lost.
      this.#watch.watch(fd, EPOLLPRI, look);
      look();
    });
  }

  /** Removes it and the groups below; throws (EBUSY) when somebody is in it. */
  async remove(): Promise<void> {
    const countsMemory = this.#countsMemory();
    const { cpuUsec = 0, oomKills, errno } = await endsOf(this.#watch).end(this.path);
    if (errno === os.errno.EBUSY) await withDescriptor(() => removeTree(this.path));
    // Says why it cannot go.
    else if (errno !== 0) await rmdir(this.path).catch(unlessGone);
    // Counters that could not be read have told nothing new.
    if (oomKills !== undefined && countsMemory) this.#untold += oomKills - this.#told;
    this.#told = 0;
    this.#formerCpuUsec += cpuUsec;
  }

  /** Of this name's groups that were removed. */
  get formerCpuUsec(): number {
    return this.#formerCpuUsec;
  }

  /** Kills whoever is in it, waits for their end and removes it. */
  async destroy(): Promise<void> {
    await this.kill();
    await this.emptied();
    await this.remove();
  }

  /** Out-of-memory kills since the last call. */
  newOomKills(): number {
    const kills = this.#oomKills();
    const fresh = this.#untold + kills - this.#told;
    this.#untold = 0;
    this.#told = kills;
    return fresh;
  }

  /** Those that newOomKills() would tell, were the group's counter at `kills`. */
  freshOomKills(kills: number): number {
    return Math.max(0, this.#untold + kills - this.#told);
  }

  /** For a daemon that takes the place of this one. */
  get counts(): KillCounts {
    return { told: this.#told, untold: this.#untold };
  }

  set counts({ told, untold }: KillCounts) {
    this.#told = told;
    this.#untold = untold;
  }

  #oomKills(): number {
    if (!this.#countsMemory()) return 0;
    try {
      return field(readIfThere(join(this.path, 'memory.events')), 'oom_kill') ?? 0;
    } catch (error) {
      // The next look will find them.
      if (lacksDescriptor(error)) return this.#told;
      throw error;
    }
  }
}

const ENDS = new WeakMap<CgroupWatch, GroupEnds>();

function endsOf(watch: CgroupWatch): GroupEnds {
  const known = ENDS.get(watch);
  if (known) return known;
  const made = new GroupEnds((paths, done) => watch.endGroups(paths, done));
  ENDS.set(watch, made);
  return made;
}

/** With those below it. */
async function removeTree(group: string): Promise<void> {
  for (const below of await subgroups(group)) await removeTree(below);
  await rmdir(group).catch(unlessGone);
}

async function members(group: string): Promise<number[]> {
  const text = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(unlessNotThere);
  const own = text?.split('\n').filter(Boolean).map(Number) ?? [];
  const below = await Promise.all((await subgroups(group)).map(members));
  return [...own, ...below.flat()];
}

/** Their paths. */
export async function groupsBelow(group: string): Promise<string[]> {
  const own = await subgroups(group);
  const below = await Promise.all(own.map(groupsBelow));
  return [...own, ...below.flat()];
}

async function subgroups(group: string): Promise<string[]> {
  const entries = (await readdir(group, { withFileTypes: true }).catch(unlessGone)) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(group, entry.name));
}

/** False: there is no such file. */
async function writeIfThere(path: string, text: string): Promise<boolean> {
  try {
    // Not 'w': that would ask to create it, which cgroupfs answers with EACCES. Nor may cgroup.kill be read.
    await writeFile(path, text, { flag: constants.O_WRONLY });
    return true;
  } catch (error) {
    unlessGone(error);
    return false;
  }
}

function unlessGone(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  // ENODEV: the group was removed while the file was open.
  if (code !== 'ENOENT' && code !== 'ENODEV') throw error;
  return undefined;
}

/** Threaded groups do not tell their processes (EOPNOTSUPP). */
function unlessNotThere(error: unknown): undefined {
  if (lacksDescriptor(error)) throw error;
  return undefined;
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    return unlessGone(error);
  }
}

/** By the descriptor of its cgroup.events: another one may not be to be had. */
function isPopulated(fd: number): boolean {
  try {
    const size = readSync(fd, EVENTS, 0, EVENTS.length, 0);
    return field(EVENTS.toString('latin1', 0, size), 'populated') === 1;
  } catch (error) {
    unlessGone(error);
    return false;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return unlessGone(error);
  }
}

function field(text: string | undefined, name: string): number | undefined {
  const match = text === undefined ? null : new RegExp(`^${name} (\\d+)$`, 'm').exec(text);
  return match ? Number(match[1]) : undefined;
}
