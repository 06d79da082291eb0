// Loads a vassal in tyrant mode: finds out whose it is, and reads what its config names with his rights.
import type { Problem } from '../config/problems/problem.ts';
import { programOf } from '../config/sockets/on-demand.ts';
import { type Tenant, type TyrantRules, tenantOf, unfitOwner } from '../config/tenant.ts';
import type { HostFacts, VassalDefaults, VassalInput } from '../config/vassal.ts';
import type { PlanContext } from '../plan/build.ts';
import { type FileAnswer, readConfigFile } from '../system/config-files.ts';
import { walk } from '../system/walk.ts';
import { type Loaded, loadVassal, type ReadFile } from './load.ts';
import { ownershipOf, type Read } from './tenant-owner.ts';

/** Reads a file as that tenant would. */
export type ReadAs = (tenant: Tenant, path: string) => Promise<FileAnswer>;

/** What stays the same from vassal to vassal. */
export interface TenantParts {
  readonly defaults: VassalDefaults;
  readonly rules: TyrantRules;
  readonly host: HostFacts;
  readonly context: PlanContext;
  /** For what the daemon's config has a program say. */
  readonly read: ReadFile;
  readonly readAs: ReadAs;
  /** All the reading of one config may take so long. */
  readonly patienceMs?: number;
}

/** Each costs a process. */
const MOST_FILES = 256;
const TOO_MANY: FileAnswer = { failure: `a tenant's config is made of ${MOST_FILES} files at most` };
/** A file system that he serves himself may let each of them wait: who waits for all configs is not to wait for that. */
const PATIENCE_MS = 10_000;
const TOO_LATE: FileAnswer = { failure: 'ETIMEDOUT' };

export async function loadTenant(
  input: VassalInput & { readonly text: string },
  read: Read,
  { defaults, rules, host, context, read: readForDaemon, readAs, patienceMs = PATIENCE_MS }: TenantParts,
): Promise<Loaded> {
  const ownership = await ownershipOf(read, rules);
  if ('refused' in ownership) return { ...refused(read, ownership.refused), owner: ownership.owner };
  const { owner, byLink } = ownership;
  const tenant = tenantOf(owner, read.path, rules, host);
  if (byLink && unfitOwner(owner) === undefined) {
    const complaint = complaintOfReader(input.text, await readAs(tenant, read.path));
    if (complaint) return { ...refused(read, complaint), owner };
  }
  const hidden = new Set<string>();
  let left = MOST_FILES;
  const endsAt = performance.now() + patienceMs;
  const loaded = await loadVassal({ ...input, owner }, defaults, host, context, async (path, whose) => {
    if (whose === 'daemon') return programOf(path) ? readForDaemon(path, whose) : readDaemons(path);
    const isLate = performance.now() > endsAt;
    const answer = isLate ? TOO_LATE : left-- > 0 ? await readAs(tenant, path) : TOO_MANY;
    if ('failure' in answer && answer.failure !== 'ENOENT') hidden.add(path);
    return answer;
  });
  // To be told when somebody else's file changes is to be told something of it.
  return { ...loaded, owner, files: loaded.files.filter((path) => !hidden.has(path)) };
}

/** What is in it root will do: a slip in the daemon's config is not to hand that to a tenant. */
async function readDaemons(path: string): Promise<FileAnswer> {
  const answer = await readConfigFile(path);
  if ('failure' in answer || (await isRoots(path))) return answer;
  return {
    failure:
      'not a file of root (or over a link that is not): the daemon takes lines from no other in tyrant mode',
  };
}

async function isRoots(path: string): Promise<boolean> {
  try {
    const { links, target } = await walk(path);
    return target.uid === 0n && links.every((owner) => owner === 0);
  } catch {
    return false;
  }
}

/** Root could read it, which says nothing of who owns the link. */
function complaintOfReader(text: string, answer: FileAnswer): string | undefined {
  if ('failure' in answer) return `the owner of the link cannot read what it leads to: ${answer.failure}`;
  return answer.text === text ? undefined : 'another file came in its place while it was read';
}

function refused({ path }: Read, message: string): Loaded {
  const problem: Problem = { file: path, line: 1, column: 1, severity: 'error', code: 'bad-owner', message };
  return { config: undefined, plan: undefined, problems: [problem], files: [] };
}
