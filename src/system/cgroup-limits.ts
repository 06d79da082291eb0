// What a group of the cgroup v2 tree may use, as its files say (kernel: admin-guide/cgroup-v2).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Null: no limit, or none that could be read. */
export interface CgroupBounds {
  readonly memoryMaxBytes: number | null;
  readonly memoryHighBytes: number | null;
  readonly pidsMax: number | null;
  /** CPUs, such as 0.5. */
  readonly cpuMax: number | null;
}

export async function boundsOf(group: string): Promise<CgroupBounds> {
  const [memoryMax, memoryHigh, pids, cpu] = await Promise.all(
    ['memory.max', 'memory.high', 'pids.max', 'cpu.max'].map((name) => words(join(group, name))),
  );
  const [quota, period] = cpu ?? [];
  const time = number(quota);
  return {
    memoryMaxBytes: number(memoryMax?.[0]),
    memoryHighBytes: number(memoryHigh?.[0]),
    pidsMax: number(pids?.[0]),
    cpuMax: time === null ? null : time / (number(period) ?? 100_000),
  };
}

async function words(path: string): Promise<string[] | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim().split(' ');
  } catch {
    return undefined;
  }
}

/** `max` is none. */
function number(word: string | undefined): number | null {
  return word !== undefined && /^\d+$/.test(word) ? Number(word) : null;
}
