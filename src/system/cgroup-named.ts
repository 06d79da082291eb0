// Groups that configs name by their directories. Several vassals may share one: what we made goes with the last of them, what
// was there before stays and gets its mode back.
import { chmod, mkdir, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cgroup, type CgroupWatch } from './cgroup.ts';
import { hierarchyOf } from './cgroup-hierarchy.ts';
import { withDescriptor } from './descriptors.ts';

interface Entry {
  users: number;
  /** Of a directory that was there before; undefined: we made it. */
  readonly formerMode: number | undefined;
}

export interface NamedRecord {
  readonly path: string;
  readonly users: number;
  /** Null: we made it. */
  readonly formerMode: number | null;
}

const PERMISSIONS = 0o7777;
/** v1 tells nobody when a group becomes empty. */
const PAUSE_MS = 5;
const PATIENCE_MS = 5000;

export class NamedGroups {
  readonly #watch: CgroupWatch;
  readonly #remember: (made: readonly string[]) => Promise<void>;
  readonly #known = new Map<string, Entry>();
  /** One after the other: two vassals may want the same directory at the same time. */
  #last: Promise<unknown> = Promise.resolve();

  /** `remember` is told of the directories that are ours before another one is made, and when some are gone. */
  constructor(watch: CgroupWatch, remember: (made: readonly string[]) => Promise<void> = async () => {}) {
    this.#watch = watch;
    this.#remember = remember;
  }

  get record(): NamedRecord[] {
    return [...this.#known].map(([path, { users, formerMode }]) => ({
      path,
      users,
      formerMode: formerMode ?? null,
    }));
  }

  resume(record: readonly NamedRecord[]): void {
    for (const { path, users, formerMode } of record)
      this.#known.set(path, { users, formerMode: formerMode ?? undefined });
  }

  /** Makes it where it is not there. */
  take(path: string, mode: number): Promise<void> {
    return this.#inTurn(() => this.#take(path, mode));
  }

  release(path: string): Promise<void> {
    return this.#inTurn(() => this.#release(path));
  }

  /** Did we make it, and for one vassal alone? */
  isOfOneVassal(path: string): boolean {
    const entry = this.#known.get(path);
    return entry?.users === 1 && entry.formerMode === undefined;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #take(path: string, mode: number): Promise<void> {
    const entry = this.#known.get(path) ?? (await this.#enter(path, mode));
    entry.users++;
    try {
      // The umask had its say.
      await chmod(path, mode);
    } catch (error) {
      await this.#release(path);
      throw error;
    }
  }

  async #enter(path: string, mode: number): Promise<Entry> {
    const formerMode = await modeOf(path);
    const entry = { users: 0, formerMode };
    this.#known.set(path, entry);
    if (formerMode !== undefined) return entry;
    try {
      await this.#remember(this.#made());
      await mkdir(path, mode);
      return entry;
    } catch (error) {
      this.#known.delete(path);
      await this.#remember(this.#made());
      throw error;
    }
  }

  async #release(path: string): Promise<void> {
    const entry = this.#known.get(path);
    if (entry === undefined || --entry.users > 0) return;
    this.#known.delete(path);
    if (entry.formerMode !== undefined) return chmod(path, entry.formerMode).catch(unlessGone);
    await removeNamed(path, this.#watch);
    await this.#remember(this.#made());
  }

  #made(): string[] {
    return [...this.#known].filter(([, { formerMode }]) => formerMode === undefined).map(([path]) => path);
  }
}

/** Ends whoever is left in a group that we made and removes it. False: there was nothing of the kind. */
export async function removeNamed(path: string, watch: CgroupWatch): Promise<boolean> {
  if ((await modeOf(path)) === undefined) return false;
  const hierarchy = await hierarchyOf(path);
  if (hierarchy === 'v2') await new Cgroup(path, watch).destroy();
  else if (hierarchy === 'v1') await removeV1(path);
  return hierarchy !== undefined;
}

/** Neither cgroup.kill nor cgroup.events are there: kill and look until it can be removed. */
async function removeV1(path: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    for (const pid of await withDescriptor(() => membersOf(path))) kill(pid);
    try {
      for (const below of await withDescriptor(() => groupsBelow(path))) await removeV1(below);
      return await rmdir(path).catch(unlessGone);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || performance.now() > deadline) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** 0 is somebody of another pid namespace. */
async function membersOf(path: string): Promise<number[]> {
  const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(unlessGone);
  return (text ?? '')
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

async function groupsBelow(path: string): Promise<string[]> {
  const entries = (await readdir(path, { withFileTypes: true }).catch(unlessGone)) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Undefined: it is not there. */
async function modeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(unlessGone);
  return found && found.mode & PERMISSIONS;
}

function unlessGone(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENODEV') throw error;
  return undefined;
}
