// What a daemon that dies by SIGKILL leaves on the host is recorded beside its control socket while it lives, so that the
// next start and `tsjail cleanup` can remove it.
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CgroupWatch } from '../system/cgroup.ts';
import { removeNamed } from '../system/cgroup-named.ts';
import { CgroupTree } from '../system/cgroup-tree.ts';
import { makeDirectories } from '../system/directories.ts';
import { startTicks } from '../system/start-ticks.ts';

interface Record {
  readonly pid: number;
  /** Start time of `pid` in clock ticks: a number alone may have been given to somebody else. */
  readonly startTicks: string;
  readonly cgroup: string | null;
  /** Directories of control groups that it made where configs say so. */
  readonly groups: readonly string[];
}

/** What was found of a former daemon on the same control socket. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'alive'; readonly pid: number }
  /** `did` is a sentence. */
  | { readonly kind: 'removed'; readonly did: string };

const OTHERS_WRITE = 0o022;
const NEW_FILE = { mode: 0o600, flag: 'wx' };

export function recordPath(control: string): string {
  return `${control}.record`;
}

/** Our own. To be there before anything of it is made: there is no moment at which a dead daemon's things are unknown. */
export class DaemonRecord {
  readonly #control: string;
  readonly #record: Record;

  constructor(control: string, cgroup: string | null) {
    this.#control = control;
    this.#record = { pid: process.pid, startTicks: startTicks(process.pid) ?? '', cgroup, groups: [] };
    makeDirectories(dirname(control));
    rmSync(recordPath(control), { force: true });
    writeFileSync(recordPath(control), textOf(this.#record), NEW_FILE);
  }

  /** Resolves when it is written. One call at a time. */
  async remember(groups: readonly string[]): Promise<void> {
    const beside = `${recordPath(this.#control)}.new`;
    await rm(beside, { force: true });
    await writeFile(beside, textOf({ ...this.#record, groups }), NEW_FILE);
    await rename(beside, recordPath(this.#control));
  }

  remove(): void {
    if (readRecord(this.#control)?.pid === process.pid) rmSync(recordPath(this.#control), { force: true });
  }
}

function textOf(record: Record): string {
  return `${JSON.stringify(record)}\n`;
}

/** Removes what a dead daemon left. */
export async function cleanUp(control: string, watch: CgroupWatch): Promise<Found> {
  const record = readRecord(control);
  const removed = await CgroupTree.removeEmptyOnes(watch);
  if (record === undefined)
    return removed.length > 0 ? foundRemoved('others left when they died', removed) : { kind: 'nothing' };
  if (startTicks(record.pid) === record.startTicks) return { kind: 'alive', pid: record.pid };
  const { cgroup, groups } = record;
  if (cgroup !== null && (await CgroupTree.removeLeftovers(cgroup, watch))) removed.push(cgroup);
  // One may lie in another that was made before it.
  for (const path of [...groups].reverse()) if (await removeNamed(path, watch)) removed.push(path);
  rmSync(control, { force: true });
  rmSync(recordPath(control), { force: true });
  return foundRemoved(`daemon ${record.pid} left when it died`, removed);
}

function foundRemoved(what: string, groups: readonly string[]): Found {
  const where = groups.length > 0 ? `: ${[...new Set(groups)].join(', ')}` : '';
  return { kind: 'removed', did: `removed what ${what}${where}` };
}

/** Undefined: there is none, or it was cut off, or somebody else put it there to have us kill for him. */
function readRecord(control: string): Record | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(recordPath(control), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, mode } = fstatSync(fd);
    if (uid !== process.getuid?.() || (mode & OTHERS_WRITE) !== 0) return undefined;
    return JSON.parse(readFileSync(fd, 'utf8')) as Record;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
