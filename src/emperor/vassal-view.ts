// A vassal as the outside sees it: what the Emperor knows, and what the kernel tells at the moment of asking.

import { numberIn } from '../config/identity/asked-ids.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { type CgroupUsage, type ReadUsage, readUsage } from '../system/cgroup-usage.ts';
import { partsOf, type ReadTexts } from '../system/kernel-texts.ts';
import { namespacesOf } from '../system/process-namespaces.ts';
import { toWall } from './reexec/clock.ts';
import type { Vassal } from './vassal.ts';
import type { VassalView } from './view.ts';

export interface Viewer {
  /** What a vassal runs as that names no user. */
  readonly uid: number;
  readonly readUsage: ReadUsage;
  readonly readLinks: ReadTexts;
}

/** It stays what it is; to ask for it of each vassal takes as long as all else of a list. */
const OWN_GID = process.getgid?.() ?? null;
const NOTHING_USED = { memoryBytes: null, cpuUsec: null, pids: null };

/** In the order of `vassals`, some at a time, as they are when what they use has been read. */
export function viewsOf(
  vassals: readonly Vassal[],
  viewer: Viewer,
  withUsage = true,
): AsyncGenerator<VassalView[], void> {
  return partsOf(vassals, (part) => viewsNow(part, viewer, withUsage));
}

export async function viewNow(vassal: Vassal, viewer: Viewer): Promise<VassalView | undefined> {
  return (await viewsNow([vassal], viewer, true))[0];
}

async function viewsNow(
  vassals: readonly Vassal[],
  viewer: Viewer,
  withUsage: boolean,
): Promise<VassalView[]> {
  const usage = withUsage ? await usageOf(vassals, viewer.readUsage) : undefined;
  // What began to run meanwhile is to be seen, too.
  await seeNamespaces(vassals, viewer.readLinks);
  return vassals.map((vassal) => viewOf(vassal, viewer.uid, usage?.get(vassal)));
}

/** Of those that are up and have a control group. */
export async function usageOf(
  vassals: readonly Vassal[],
  read: ReadUsage,
): Promise<ReadonlyMap<Vassal, CgroupUsage>> {
  const up = vassals.filter(({ life, groups }) => life.jail === 'up' && groups.home);
  const paths = up.map(({ groups }) => groups.home?.path ?? '');
  const usage = await readUsage(paths, read);
  return new Map(up.map((vassal, index) => [vassal, usage[index] ?? NOTHING_USED]));
}

/** Those that nobody has looked at so far. */
async function seeNamespaces(vassals: readonly Vassal[], readLinks: ReadTexts): Promise<void> {
  const unseen = vassals.flatMap((vassal) => vassal.unseen ?? []);
  const seen = await namespacesOf(
    unseen.map(({ pid }) => pid),
    readLinks,
  );
  for (const [index, { saw }] of unseen.entries()) saw(seen[index] ?? null);
}

function viewOf(vassal: Vassal, daemonUid: number, usage: CgroupUsage | undefined): VassalView {
  const { life, config } = vassal;
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
    namespaces: vassal.commandPid === null ? null : vassal.namespaces,
    sockets: vassal.doors.sockets.addresses,
    after: vassal.wanted?.after.map(({ value }) => value) ?? [],
    // It is made for a jail and goes with it.
    cgroup: life.jail === 'up' ? (vassal.groups.home?.path ?? null) : null,
    ...((life.jail === 'up' && usage) || NOTHING_USED),
    startUsec: vassal.startUsec,
    attributes: attributesOf(vassal),
  };
}

function nextStartOf({ life, nextCall }: Vassal): number | null {
  if (nextCall !== undefined) return nextCall / 1000;
  return life.nextStart === null ? null : wallClock(life.nextStart);
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
  const user = config.user?.value ?? { uid: daemonUid, gid: OWN_GID };
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
