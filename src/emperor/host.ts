// The facts about this machine and process that the config layer may ask for, gathered here because it must not look itself.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { NO_ANSWERS, type OwnPaths, type SubIds } from '../config/host.ts';
import type { HostFacts } from '../config/vassal.ts';
import { ownIds } from '../system/own-ids.ts';
import { ownHardLimits, presentHardLimits } from '../system/own-limits.ts';
import { lowestPort } from '../system/own-ports.ts';
import { SubIdFiles } from '../system/sub-ids.ts';
import { UserFiles } from '../system/users.ts';
import { ownVersion } from '../system/version.ts';

/** It looks at the files again when they change. */
const USERS = new UserFiles();
const SUB_IDS = new SubIdFiles();
const VERSION = ownVersion();
const CPUS = availableParallelism();
const MEMORY_BYTES = totalmem();
const OOM_SCORE_ADJ = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
const HARD_LIMITS = ownHardLimits();
const PRESENT_HARD_LIMITS = presentHardLimits();
const LOWEST_PORT = lowestPort();
const LAST_CAPABILITY = lastCapability();
const IDS = { uid: ownIds('uid'), gid: ownIds('gid') };
const SETGROUPS_DENIED = setgroupsDenied();
const UID = process.getuid?.() ?? 0;
const GID = process.getgid?.() ?? 0;
const subIdsOf = (uid: number, name: string | undefined): SubIds => SUB_IDS.of(uid, name);

/** Without answers. `daemon`: undefined where there is none. */
export function hostFacts(daemon?: OwnPaths): HostFacts {
  return {
    file: NO_ANSWERS.file,
    look: NO_ANSWERS.look,
    glob: NO_ANSWERS.glob,
    env: process.env,
    users: USERS,
    hostname: hostname(),
    cwd: process.cwd(),
    uid: UID,
    subIdsOf,
    subIds: UID === 0 ? undefined : SUB_IDS.of(UID, USERS.userById(UID)?.name),
    gid: GID,
    ids: IDS,
    setgroupsDenied: SETGROUPS_DENIED,
    lowestPort: LOWEST_PORT,
    present: existsSync,
    daemon,
    cpus: CPUS,
    version: VERSION,
    oomScoreAdj: OOM_SCORE_ADJ,
    hardLimits: HARD_LIMITS,
    presentHardLimits: PRESENT_HARD_LIMITS,
    memoryBytes: MEMORY_BYTES,
    lastCapability: LAST_CAPABILITY,
    nowSec: Math.floor(Date.now() / 1000),
  };
}

/** The file is not there on a kernel without user namespaces. */
function setgroupsDenied(): boolean {
  try {
    return readFileSync('/proc/self/setgroups', 'utf8').trim() === 'deny';
  } catch {
    return false;
  }
}

/** A /proc of processes alone does not say. */
function lastCapability(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
