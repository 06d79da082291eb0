// What a daemon could leave on the host: processes, mounts, cgroups.
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Lines of /proc/self/mountinfo, propagation included; without what tests mount in their directories, `own` ones excepted:
 *  others run meanwhile. */
export function hostMounts(...own: readonly string[]): string[] {
  const isOurs = (line: string) => own.some((path) => line.includes(path));
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => !line.includes(`${tmpdir()}/tsjail-`) || isOurs(line));
}

/** Groups that the daemon `pid` made. */
export function cgroupsOf(pid: number): string[] {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(read('/proc/self/mounts'))?.[1];
  if (mount === undefined) return [];
  return directoriesBelow(mount).filter((path) => path.includes(`/tsjail-${pid}`));
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

/** Groups of others come and go while we look. */
function directoriesBelow(path: string): string[] {
  const entries = entriesOf(path).filter((entry) => entry.isDirectory());
  return entries.flatMap(({ name }) => [join(path, name), ...directoriesBelow(join(path, name))]);
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Empty when it is gone or not ours to read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
