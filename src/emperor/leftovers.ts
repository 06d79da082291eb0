// What a daemon that dies by SIGKILL leaves on the host is recorded beside its control socket while it lives, so that the
// next start and `tsjail cleanup` can remove it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CgroupWatch, removeLeftovers } from '../system/cgroups.ts';

interface Record {
  readonly pid: number;
  /** Start time of `pid` in clock ticks: a number alone may have been given to somebody else. */
  readonly startTicks: string;
  readonly cgroup: string | null;
}

export function recordPath(control: string): string {
  return `${control}.record`;
}

export function writeRecord(control: string, cgroup: string | null): void {
  const record: Record = { pid: process.pid, startTicks: startTicks(process.pid) ?? '', cgroup };
  mkdirSync(dirname(control), { recursive: true, mode: 0o755 });
  writeFileSync(recordPath(control), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

export function removeRecord(control: string): void {
  rmSync(recordPath(control), { force: true });
}

/** Removes what a dead daemon left. Gives what it did as a sentence; undefined when there was nothing, or it lives. */
export async function cleanUp(control: string, watch: CgroupWatch): Promise<string | undefined> {
  const record = readRecord(control);
  if (record === undefined || startTicks(record.pid) === record.startTicks) return undefined;
  if (record.cgroup !== null) await removeLeftovers(record.cgroup, watch);
  rmSync(control, { force: true });
  removeRecord(control);
  return `removed what daemon ${record.pid} left when it died${record.cgroup ? `: ${record.cgroup}` : ''}`;
}

function readRecord(control: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(recordPath(control), 'utf8')) as Record;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat (proc(5)); undefined when there is no such process, or it is a zombie. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
