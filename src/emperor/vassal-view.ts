// A vassal as the outside sees it: what the Emperor knows, and what the kernel tells at the moment of asking.

import { numberIn } from '../config/identity/asked-ids.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { CgroupUsage } from '../system/cgroup.ts';
import { toWall } from './reexec/clock.ts';
import type { Vassal } from './vassal.ts';
import type { VassalView } from './view.ts';

/** Asking for it anew each time is slow. */
const NOTHING_USED = { memoryBytes: null, cpuUsec: null, pids: null };

/** Vassals that are looked at in the kernel at once, with some files each: as many as libuv has threads. A daemon that is full has
 *  few descriptors to answer with. */
const AT_ONCE = 4;

export async function viewsOf(
  vassals: readonly Vassal[],
  daemonUid: number,
  usage = true,
): Promise<VassalView[]> {
  const views: VassalView[] = [];
  const rest = vassals.entries();
  const worker = async () => {
    for (const [index, vassal] of rest) views[index] = await viewOf(vassal, daemonUid, usage);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return views;
}

/** `daemonUid` is what a vassal runs as that names no user. */
export async function viewOf(vassal: Vassal, daemonUid: number, withUsage = true): Promise<VassalView> {
  const usage = withUsage && vassal.life.jail === 'up' ? await usageOf(vassal) : undefined;
  const seen = await vassal.namespaces();
  const { life, config } = vassal;
  const namespaces = vassal.commandPid === null ? null : seen;
  const problem = vassal.problems.find((each) => each.severity === 'error');
  return {
    name: vassal.name,
    source: vassal.source,
    state: life.state,
    pid: vassal.commandPid,
    jailerPid: vassal.jailerPid,
    ...idsOf(config, daemonUid),
    ready: life.state === 'running' && !vassal.isReloading,
    loyal: life.execdAt !== null && (life.loyal || uptime(life.execdAt) >= (config?.stableAfterMs ?? 0)),
    generation: life.generation,
    restarts: life.restarts,
    enabled: !vassal.isDisabled,
    since: wallClock(life.since),
    lastExit: vassal.lastExit,
    waitingFor: vassal.waitingFor,
    statusText: life.jail === 'up' ? vassal.signs.text : null,
    nextStart: nextStartOf(vassal),
    error: problem ? errorOf(problem) : null,
    namespaces,
    sockets: vassal.doors.sockets.addresses,
    after: vassal.wanted?.after.map(({ value }) => value) ?? [],
    // It is made for a jail and goes with it.
    cgroup: life.jail === 'up' ? (vassal.groups.home?.path ?? null) : null,
    ...(usage ?? NOTHING_USED),
    startUsec: vassal.startUsec,
    attributes: attributesOf(vassal),
  };
}

function nextStartOf({ life, nextCall }: Vassal): number | null {
  if (nextCall !== undefined) return nextCall / 1000;
  return life.nextStart === null ? null : wallClock(life.nextStart);
}

/** Where it cannot be read (EMFILE above all) the rest is worth telling all the same. */
async function usageOf({ groups }: Vassal): Promise<CgroupUsage | undefined> {
  return groups.usage()?.catch(() => undefined);
}

function errorOf({ file, line, column, code, message }: Problem): VassalView['error'] {
  return { file, line, column, code, message };
}

/** As the last good text has them, whatever runs. */
export function attributesOf({ attributes }: Vassal): VassalView['attributes'] {
  return Object.fromEntries([...attributes].map(([key, { value }]) => [key, value]));
}

/** Null: not known out here, because it is the jail's own files that say it. */
export function idsOf(config: VassalConfig | undefined, daemonUid: number): Pick<VassalView, 'uid' | 'gid'> {
  if (config === undefined) return { uid: null, gid: null };
  if (config.tenant) return { uid: config.tenant.uid, gid: config.tenant.gid };
  const user = config.user?.value ?? { uid: daemonUid, gid: process.getgid?.() ?? null };
  const gid = config.gid?.value ?? ('inJail' in user ? null : (user.gid ?? null));
  return {
    uid: 'inJail' in user ? (numberIn(user.inJail) ?? null) : user.uid,
    gid: typeof gid === 'object' && gid !== null ? (numberIn(gid.inJail) ?? null) : gid,
  };
}

function uptime(execdAt: number): number {
  return performance.now() - execdAt;
}

/** Milliseconds of the monotonic clock → Unix seconds. */
export function wallClock(monotonicMs: number): number {
  return toWall(monotonicMs) / 1000;
}
