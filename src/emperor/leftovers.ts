// What a daemon that dies by SIGKILL leaves on the host is recorded beside its control socket while it lives, so that the
// next start and `tsjail cleanup` can remove it.
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unmount } from '../jail/host-mounts.ts';
import type { HostMount, JailParts, MountBook } from '../jail/jail.ts';
import type { Native } from '../jail/native.ts';
import type { RootTarget, TargetBook } from '../jail/root-uses.ts';
import { unmake } from '../jail/unmake.ts';
import { removeNamed } from '../system/cgroup-named.ts';
import { CgroupTree } from '../system/cgroup-tree.ts';
import { makeDirectories } from '../system/directories.ts';
import { JAILER_PATH } from '../system/paths.ts';
import { startTicks } from '../system/start-ticks.ts';
import type { SocketBook, SocketFile } from './address-book.ts';
import { removeLeft } from './socket-file.ts';

export interface LeftoverRecord {
  readonly pid: number;
  /** Start time of `pid` in clock ticks: a number alone may have been given to somebody else. */
  readonly startTicks: string;
  readonly cgroup: string | null;
  /** Directories of control groups that it made where configs say so. */
  readonly groups: readonly string[];
  /** What hooks have mounted where it is no vassal's own. */
  readonly mounts: readonly HostMount[];
  /** What was made in root file systems, to mount on. */
  readonly targets: readonly RootTarget[];
  /** Of unix sockets that it has bound. */
  readonly sockets: readonly SocketFile[];
  /** The control socket is not its own. */
  readonly controlIsGiven?: boolean;
}

/** What was found of a former daemon on the same control socket. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'alive'; readonly pid: number }
  /** `did` is a sentence. */
  | { readonly kind: 'removed'; readonly did: string };

const OTHERS_WRITE = 0o022;
/** When what could not be written is tried again. */
const LATER_MS = 5000;
const NEW_FILE = { mode: 0o600, flag: 'wx' };

export function recordPath(control: string): string {
  return `${control}.record`;
}

/** Our own. To be there before anything of it is made: there is no moment at which a dead daemon's things are unknown. */
export class DaemonRecord implements MountBook, TargetBook, SocketBook {
  readonly #control: string;
  readonly #trouble: (error: Error) => void;
  #record: LeftoverRecord;
  /** One after the other. */
  #written: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;
  #later: NodeJS.Timeout | undefined;
  readonly #mounts = new Things<HostMount>();
  readonly #targets = new Things<RootTarget>();
  readonly #sockets = new Things<SocketFile>();

  /** `trouble`: it could not be written. `before`: of the daemon whose place is taken, by the same process. */
  constructor(
    control: string,
    cgroup: string | null,
    trouble: (error: Error) => void,
    before?: LeftoverRecord,
    controlIsGiven = false,
  ) {
    this.#control = control;
    this.#trouble = trouble;
    this.#record = before ?? {
      pid: process.pid,
      startTicks: startTicks(process.pid) ?? '',
      cgroup,
      groups: [],
      mounts: [],
      targets: [],
      sockets: [],
      controlIsGiven,
    };
    for (const mount of this.#record.mounts) this.#mounts.add(mount);
    for (const target of this.#record.targets) this.#targets.add(target);
    for (const file of this.#record.sockets) this.#sockets.add(file);
    // It is written down already: there is no moment at which it is not.
    if (before) {
      this.#change({}).catch(trouble);
      return;
    }
    makeDirectories(dirname(control));
    rmSync(recordPath(control), { force: true });
    writeFileSync(recordPath(control), textOf(this.#record), NEW_FILE);
  }

  /** As it is to be written. */
  get record(): LeftoverRecord {
    const [mounts, targets, sockets] = [this.#mounts.all, this.#targets.all, this.#sockets.all];
    return { ...this.#record, mounts, targets, sockets };
  }

  /** Resolves when it is written. */
  remember(groups: readonly string[]): Promise<void> {
    return this.#change({ groups });
  }

  add(mount: HostMount): void {
    this.#mounts.add(mount);
    this.#change({}).catch(this.#trouble);
  }

  delete(mount: HostMount): void {
    this.#mounts.delete(mount);
    this.#change({}).catch(this.#trouble);
  }

  made(target: RootTarget): void {
    this.#targets.add(target);
    this.#change({}).catch(this.#trouble);
  }

  gone(targets: readonly RootTarget[]): void {
    for (const target of targets) this.#targets.delete(target);
    this.#change({}).catch(this.#trouble);
  }

  bound(file: SocketFile): void {
    this.#sockets.add(file);
    this.#change({}).catch(this.#trouble);
  }

  unbound(file: SocketFile): void {
    this.#sockets.delete(file);
    this.#change({}).catch(this.#trouble);
  }

  /** What is changed while a write waits for its turn is written by it too. */
  #change(change: Partial<LeftoverRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    this.#waiting ??= this.#written.then(() => {
      this.#waiting = undefined;
      this.#record = this.record;
      return this.#write();
    });
    this.#written = this.#waiting.catch(() => {});
    return this.#waiting;
  }

  async #write(): Promise<void> {
    const beside = `${recordPath(this.#control)}.new`;
    await rm(beside, { force: true });
    try {
      await writeFile(beside, textOf(this.#record), NEW_FILE);
      await rename(beside, recordPath(this.#control));
    } catch (error) {
      // A full disk leaves a part of it.
      await rm(beside, { force: true }).catch(() => {});
      this.#tryLater();
      throw error;
    }
  }

  /** Nothing may change for days, and all that time a dead daemon's things would be unknown. */
  #tryLater(): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#change({}).catch(() => {}), LATER_MS).unref();
  }

  async remove(): Promise<void> {
    await this.#written;
    clearTimeout(this.#later);
    if (readRecord(this.#control)?.pid === process.pid) rmSync(recordPath(this.#control), { force: true });
  }
}

/** Known by what they are: those of a daemon before this one come as copies. */
class Things<Thing> {
  readonly #byText = new Map<string, Thing>();

  get all(): readonly Thing[] {
    return [...this.#byText.values()];
  }

  add(thing: Thing): void {
    this.#byText.set(JSON.stringify(thing), thing);
  }

  delete(thing: Thing): void {
    this.#byText.delete(JSON.stringify(thing));
  }
}

function textOf(record: LeftoverRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Removes what a dead daemon left; `controlIsGiven`: what is at `control` now is somebody's that lives. */
export async function cleanUp(control: string, native: Native, controlIsGiven = false): Promise<Found> {
  const record = readRecord(control);
  const removed = await CgroupTree.removeEmptyOnes(native);
  if (record === undefined)
    return removed.length > 0 ? foundRemoved('others left when they died', removed) : { kind: 'nothing' };
  if (startTicks(record.pid) === record.startTicks) return { kind: 'alive', pid: record.pid };
  const { cgroup, groups, mounts = [], targets = [], sockets = [] } = record;
  if (cgroup !== null && (await CgroupTree.removeLeftovers(cgroup, native))) removed.push(cgroup);
  // One may lie in another that was made before it.
  for (const path of [...groups].reverse()) if (await removeNamed(path, native)) removed.push(path);
  removed.push(...(await undoAll(native, mounts, targets)));
  for (const file of sockets) if (await removeLeft(file)) removed.push(file.path);
  if (!controlIsGiven && record.controlIsGiven !== true) rmSync(control, { force: true });
  rmSync(recordPath(control), { force: true });
  return foundRemoved(`daemon ${record.pid} left when it died`, removed);
}

/** Gives what is gone now: targets of mounts, and the roots that something was made in. */
async function undoAll(
  native: Native,
  mounts: readonly HostMount[],
  targets: readonly RootTarget[],
): Promise<string[]> {
  if (mounts.length + targets.length === 0) return [];
  const jailerFd = native.openJailer(JAILER_PATH);
  const nullFd = openSync('/dev/null', 'r+');
  const parts = { native, jailerFd, nullFd, endOrphans: async () => {} };
  // A root may be in what was mounted.
  const gone = [...(await unmakeAll(parts, targets)), ...(await unmountAll(parts, mounts))];
  closeSync(nullFd);
  native.close(jailerFd);
  return gone;
}

async function unmakeAll(parts: JailParts, targets: readonly RootTarget[]): Promise<string[]> {
  const gone: string[] = [];
  for (const root of new Set(targets.map((target) => target.root))) {
    const ofIt = targets.filter((target) => target.root === root);
    const { busy, failure } = await unmake(parts, 'cleanup', ofIt);
    if (!busy && failure === undefined) gone.push(`what was made in ${root}`);
  }
  return gone;
}

/** In reverse: one may lie on the other. */
async function unmountAll(parts: JailParts, mounts: readonly HostMount[]): Promise<string[]> {
  const gone: string[] = [];
  for (const mount of [...mounts].reverse())
    if ((await unmount(parts, 'cleanup', mount)) === undefined) gone.push(mount.target);
  return gone;
}

function foundRemoved(what: string, things: readonly string[]): Found {
  const where = things.length > 0 ? `: ${[...new Set(things)].join(', ')}` : '';
  return { kind: 'removed', did: `removed what ${what}${where}` };
}

/** Undefined: there is none, or it was cut off, or somebody else put it there to have us kill for him. */
function readRecord(control: string): LeftoverRecord | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(recordPath(control), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, mode } = fstatSync(fd);
    if (uid !== process.getuid?.() || (mode & OTHERS_WRITE) !== 0) return undefined;
    return JSON.parse(readFileSync(fd, 'utf8')) as LeftoverRecord;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
