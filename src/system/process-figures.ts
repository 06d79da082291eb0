// This process in numbers, under the names that other exporters have for them.
import { readdir, readFile, stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';

export interface ProcessFigures {
  readonly cpuSec: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly openFds: number;
  /** Undefined: no limit. */
  readonly mostFds: number | undefined;
  /** Unix seconds. */
  readonly startedAt: number;
  /** The event loop was not waiting for so long in all. */
  readonly busySec: number;
}

export async function processFigures(): Promise<ProcessFigures> {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const limits = await readFile('/proc/self/limits', 'utf8');
  const most = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return {
    cpuSec: (user + system) / 1e6,
    residentBytes: rss,
    heapBytes: heapUsed,
    openFds: await openFds(),
    mostFds: most === undefined ? undefined : Number(most),
    startedAt: performance.timeOrigin / 1000,
    busySec: performance.eventLoopUtilization().active / 1000,
  };
}

/** Since Linux 6.2 the directory's size is their number. */
async function openFds(): Promise<number> {
  const { size } = await stat('/proc/self/fd');
  return size > 0 ? size : (await readdir('/proc/self/fd')).length;
}
