// What a daemon could leave on the host: processes, mounts, cgroups. Two snapshots, before and after, must be equal.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface HostState {
  /** Lines of /proc/self/mountinfo, propagation included. */
  readonly mounts: readonly string[];
  /** Groups that a daemon of ours made. */
  readonly cgroups: readonly string[];
}

export function hostState(): HostState {
  return { mounts: read('/proc/self/mountinfo').split('\n'), cgroups: cgroupsOfOurs() };
}

/** Live processes whose environment holds `NAME=value`: a daemon and all that it caused, when it was started with it. */
export function processesWith(name: string, value: string): number[] {
  const wanted = `${name}=${value}`;
  return pids().filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(wanted) && !isZombie(pid));
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function isZombie(pid: number): boolean {
  return /^State:\s+[ZX]/m.test(read(`/proc/${pid}/status`));
}

function cgroupsOfOurs(): string[] {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(read('/proc/self/mounts'))?.[1];
  if (mount === undefined) return [];
  return directoriesBelow(mount).filter((path) => /\/tsjail-\d+$/.test(path));
}

function directoriesBelow(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.flatMap(({ name }) => [join(path, name), ...directoriesBelow(join(path, name))]);
}

/** Empty when it is gone or not ours to read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
