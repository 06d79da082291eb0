// What a control group uses at this moment, read at once by who looks at many again and again, in a process of his own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupUsage } from './cgroup.ts';

const PAGE_BYTES = 4096;

/** Undefined: it is gone. */
export function readUsage(group: string): CgroupUsage | undefined {
  const members = membersOf(group);
  if (members === undefined) return undefined;
  const cpu = /^usage_usec (\d+)$/m.exec(read(join(group, 'cpu.stat')) ?? '')?.[1];
  const memory = read(join(group, 'memory.current'));
  return {
    memoryBytes:
      memory === undefined ? members.reduce((sum, pid) => sum + residentBytes(pid), 0) : Number(memory),
    cpuUsec: cpu === undefined ? null : Number(cpu),
    pids: members.length,
  };
}

function membersOf(group: string): string[] | undefined {
  const own = read(join(group, 'cgroup.procs'));
  if (own === undefined) return undefined;
  const below = subgroups(group).flatMap((each) => membersOf(join(group, each)) ?? []);
  return [...own.split('\n').filter(Boolean), ...below];
}

function subgroups(group: string): string[] {
  try {
    return readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function residentBytes(pid: string): number {
  return Number(read(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0) * PAGE_BYTES;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
