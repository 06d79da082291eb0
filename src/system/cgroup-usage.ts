// What control groups use at this moment, with the groups below them, read for many of them in few calls off the loop. Without
// a memory controller it is counted by the processes.
import { groupsBelow } from './cgroup.ts';
import { inParts, type ReadTexts, textsOf } from './kernel-texts.ts';

/** Null: it cannot be told. */
export interface CgroupUsage {
  readonly memoryBytes: number | null;
  readonly cpuUsec: number | null;
  readonly pids: number | null;
}

const FILES = ['cpu.stat', 'memory.current', 'cgroup.procs', 'cgroup.stat'];
const PAGE_BYTES = 4096;
const NOTHING_TOLD: CgroupUsage = { memoryBytes: null, cpuUsec: null, pids: null };

/** In the order of `groups`, which may be gone. */
export function readUsage(groups: readonly string[], readFiles: ReadTexts): Promise<CgroupUsage[]> {
  return inParts(groups, async (part) => {
    const texts = await textsOf(
      part.flatMap((group) => FILES.map((file) => `${group}/${file}`)),
      readFiles,
    );
    const seen = part.map((group, index) => new Seen(group, texts.slice(index * FILES.length)));
    await addThoseBelow(
      seen.filter(({ hasBelow }) => hasBelow),
      readFiles,
    );
    await addResident(
      seen.filter(({ countsMemory }) => !countsMemory),
      readFiles,
    );
    return seen.map(({ usage }) => usage);
  });
}

/** Out-of-memory kills since each group was made; undefined: not counted. */
export function readOomKills(
  groups: readonly string[],
  readFiles: ReadTexts,
): Promise<(number | undefined)[]> {
  return inParts(groups, async (part) => {
    const texts = await textsOf(
      part.map((group) => `${group}/memory.events`),
      readFiles,
    );
    return texts.map((text) => field(text, 'oom_kill'));
  });
}

class Seen {
  readonly group: string;
  /** In it, and below. */
  readonly pids: string[];
  readonly hasBelow: boolean;
  readonly countsMemory: boolean;
  memoryBytes: number;
  readonly #isThere: boolean;
  readonly #cpuUsec: number | undefined;

  constructor(group: string, [cpu = '', memory = '', members = '', stat = '']: readonly string[]) {
    this.group = group;
    this.pids = linesOf(members);
    this.hasBelow = (field(stat, 'nr_descendants') ?? 0) > 0;
    this.countsMemory = memory !== '';
    this.memoryBytes = Number(memory);
    this.#cpuUsec = field(cpu, 'usage_usec');
    // One that is empty is there all the same.
    this.#isThere = stat !== '';
  }

  get usage(): CgroupUsage {
    if (!this.#isThere) return NOTHING_TOLD;
    return { memoryBytes: this.memoryBytes, cpuUsec: this.#cpuUsec ?? null, pids: this.pids.length };
  }
}

async function addThoseBelow(seen: readonly Seen[], readFiles: ReadTexts): Promise<void> {
  for (const { group, pids } of seen) {
    // A daemon that is full has no descriptors left for it: the rest is worth telling all the same.
    const below = await groupsBelow(group).catch(() => []);
    const members = await textsOf(
      below.map((each) => `${each}/cgroup.procs`),
      readFiles,
    );
    pids.push(...members.flatMap(linesOf));
  }
}

/** Sum of the resident sets: shared pages count more than once. */
async function addResident(seen: readonly Seen[], readFiles: ReadTexts): Promise<void> {
  const sizes = await textsOf(
    seen.flatMap(({ pids }) => pids.map((pid) => `/proc/${pid}/statm`)),
    readFiles,
  );
  let at = 0;
  for (const each of seen) {
    const end = at + each.pids.length;
    for (; at < end; at++) each.memoryBytes += Number(sizes[at]?.split(' ')[1] ?? 0) * PAGE_BYTES;
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

function field(text: string, name: string): number | undefined {
  const at = text.startsWith(name) ? 0 : text.indexOf(`\n${name} `) + 1;
  return text.startsWith(`${name} `, at) ? Number.parseInt(text.slice(at + name.length + 1), 10) : undefined;
}
