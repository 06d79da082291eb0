// What `status NAME` tells of a vassal besides what `ls` does.
import { type GivenOption, shownText } from '../config/given.ts';
import type { ReadyWay } from '../config/vassal-config.ts';
import { boundsOf } from '../system/cgroup-limits.ts';
import type { ReadTexts } from '../system/kernel-texts.ts';
import { type Inodes, namespacesOf } from '../system/process-namespaces.ts';
import type { Vassal } from './vassal.ts';
import type { VassalDetail } from './view.ts';

/** `family`: the file that it is made of, and all that are. Its view has been made. */
export async function detailOf(
  vassal: Vassal,
  family: { readonly file: string; readonly members: readonly string[] },
  readLinks: ReadTexts,
): Promise<VassalDetail> {
  const { config } = vassal;
  const seen = vassal.commandPid === null ? null : vassal.namespaces;
  const [ours = null] = await namespacesOf(seen === null ? [] : [process.pid], readLinks);
  const home = vassal.life.jail === 'up' ? vassal.groups.home?.path : undefined;
  const { tenant } = config ?? {};
  return {
    exits: vassal.exits,
    newNamespaces: newOnes(seen, ours),
    limits: home === undefined ? null : await boundsOf(home),
    tenant: tenant ? { uid: tenant.uid, gid: tenant.gid, name: tenant.entry?.name ?? null } : null,
    family: family.members.length === 1 && family.members[0] === family.file ? null : family,
    profile: config ? { name: config.profile ?? 'open', reason: config.profileReason ?? '' } : null,
    readiness: config ? readinessOf(config.ready) : null,
    heartbeat:
      config === undefined || (config.heartbeatMs === 0 && vassal.lastBeat === 0)
        ? null
        : { last: vassal.lastBeat || null, timeoutMs: config.heartbeatMs },
    settings: (config?.given ?? []).map(settingOf),
    failures: vassal.life.failures,
  };
}

function newOnes(seen: Inodes | null, ours: Inodes | null): string[] | null {
  if (seen === null || ours === null) return null;
  return Object.entries(seen)
    .filter(([name, inode]) => inode !== ours[name as keyof Inodes])
    .map(([name]) => name);
}

function readinessOf(ready: ReadyWay): string {
  switch (ready.kind) {
    case 'socket':
      return `socket:${ready.name}`;
    case 'fd':
      return `fd:${ready.fd}`;
    case 'delay':
      return `delay:${ready.ms}ms`;
    default:
      return ready.kind;
  }
}

function settingOf(given: GivenOption): VassalDetail['settings'][number] {
  const { file, line } = given.at;
  return { option: given.option, text: shownText(given) ?? null, file, line };
}
