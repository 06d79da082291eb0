// A vassal as the outside sees it: what the Emperor knows, and what the kernel tells at the moment of asking.
import { readlink } from 'node:fs/promises';
import { NAMESPACES } from '../config/namespaces.ts';
import type { Vassal } from './vassal.ts';
import type { VassalView } from './view.ts';

const NOTHING_USED = { memoryBytes: null, cpuUsec: null, pids: null };

/** `daemonUid` is what a vassal runs as that names no user. */
export async function viewOf(vassal: Vassal, daemonUid: number): Promise<VassalView> {
  const { life, config } = vassal;
  const up = life.jail === 'up';
  const usage = up ? await vassal.cgroup?.usage() : undefined;
  const namespaces = vassal.commandPid === null ? null : await namespacesOf(vassal.commandPid);
  const problem = vassal.problems.find((each) => each.severity === 'error');
  return {
    name: vassal.name,
    source: vassal.source,
    state: life.state,
    pid: vassal.commandPid,
    jailerPid: vassal.jailerPid,
    uid: config ? (config.user?.value.uid ?? daemonUid) : null,
    gid: config ? (config.gid?.value ?? config.user?.value.gid ?? process.getgid?.() ?? null) : null,
    ready: life.state === 'running',
    loyal: life.execdAt !== null && performance.now() - life.execdAt >= (config?.stableAfterMs ?? 0),
    generation: life.generation,
    restarts: life.restarts,
    since: wallClock(life.since),
    lastExit: vassal.lastExit,
    nextStart: life.nextStart === null ? null : wallClock(life.nextStart),
    error: problem
      ? { file: problem.file, line: problem.line, column: problem.column, message: problem.message }
      : null,
    namespaces,
    sockets: [],
    cgroup: vassal.cgroup?.path ?? null,
    ...(usage ?? NOTHING_USED),
    startUsec: vassal.startUsec,
  };
}

/** Milliseconds of the monotonic clock → Unix seconds. */
function wallClock(monotonicMs: number): number {
  return (performance.timeOrigin + monotonicMs) / 1000;
}

/** Inode numbers under /proc/PID/ns (namespaces(7)); null when the process is gone or not ours to look at. */
async function namespacesOf(pid: number): Promise<VassalView['namespaces']> {
  try {
    const inodes = await Promise.all(
      NAMESPACES.map(async ({ proc }) => {
        const link = await readlink(`/proc/${pid}/ns/${proc}`);
        return [proc, Number(/\[(\d+)\]/.exec(link)?.[1])] as const;
      }),
    );
    return Object.fromEntries(inodes) as VassalView['namespaces'];
  } catch {
    return null;
  }
}
