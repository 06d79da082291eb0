// The daemon and its vassals in numbers, for those who measure: what is known at once, and what the kernel is asked for in one
// go. A thousand vassals are to cost the loop no more than some milliseconds.
import type { OutputCounts } from '../output/line.ts';
import { type CgroupUsage, type ReadUsage, readOomKills } from '../system/cgroup-usage.ts';
import type { ReadTexts } from '../system/kernel-texts.ts';
import { type ProcessFigures, processFigures } from '../system/process-figures.ts';
import type { Gauges, ReloadFigures } from './gauges.ts';
import type { HistogramFigures } from './histogram.ts';
import type { TallyRecord } from './tally.ts';
import type { Vassal } from './vassal.ts';
import { usageOf, wallClock } from './vassal-view.ts';
import type { VassalState } from './view.ts';

/** Times are Unix seconds; null: there is none. */
export interface VassalFigures extends TallyRecord {
  readonly name: string;
  readonly state: VassalState;
  readonly since: number;
  readonly ready: boolean;
  /** When the command that runs was exec'd. */
  readonly execdAt: number | null;
  readonly starts: number;
  readonly restarts: number;
  readonly failures: number;
  readonly startUsec: number | null;
  readonly isInvalid: boolean;
  readonly output: OutputCounts;
  /** Undefined, as the next ones: it cannot be told. */
  readonly memoryBytes: number | undefined;
  readonly cpuUsec: number | undefined;
  readonly processes: number | undefined;
}

export interface DaemonFigures extends ProcessFigures {
  readonly version: string;
  readonly troubles: number;
  readonly reloads: ReloadFigures;
  readonly starts: HistogramFigures;
  readonly turns: HistogramFigures;
  /** Lines that the daemon's own log has lost. */
  readonly unlogged: number;
}

export interface Figures {
  readonly daemon: DaemonFigures;
  readonly vassals: readonly VassalFigures[];
}

export interface FigureParts {
  readonly version: string;
  readonly troubles: number;
  readonly gauges: Gauges;
  readonly readFiles: ReadTexts;
  readonly readUsage: ReadUsage;
  readonly unlogged: () => number;
}

export async function figuresOf(vassals: readonly Vassal[], parts: FigureParts): Promise<Figures> {
  const { version, troubles, gauges, readFiles, readUsage } = parts;
  const [usage, kills, own] = await Promise.all([
    usageOf(vassals, readUsage),
    oomKillsOf(vassals, readFiles),
    processFigures(),
  ]);
  return {
    daemon: {
      ...own,
      version,
      troubles,
      reloads: gauges.reloads,
      starts: gauges.starts.figures,
      turns: gauges.turns.histogram.figures,
      unlogged: parts.unlogged(),
    },
    vassals: vassals.map((vassal) => vassalFigures(vassal, usage.get(vassal), kills.get(vassal))),
  };
}

/** Of those that are up, as their groups count them. */
async function oomKillsOf(
  vassals: readonly Vassal[],
  readFiles: ReadTexts,
): Promise<ReadonlyMap<Vassal, number | undefined>> {
  const up = vassals.filter(({ life, groups }) => life.jail === 'up' && groups.home);
  const kills = await readOomKills(
    up.map(({ groups }) => groups.home?.path ?? ''),
    readFiles,
  );
  return new Map(up.map((vassal, index) => [vassal, kills[index]]));
}

function vassalFigures(
  vassal: Vassal,
  usage: CgroupUsage | undefined,
  kills: number | undefined,
): VassalFigures {
  const { name, life, groups, problems, tally, output, startUsec } = vassal;
  const record = tally.record;
  const fresh = kills === undefined ? 0 : groups.freshOomKills(kills);
  const isUp = life.jail === 'up' && life.execdAt !== null;
  return {
    exits: record.exits,
    configErrors: record.configErrors,
    // Those of a run that goes on are not told yet.
    oomKills: record.oomKills + fresh,
    name,
    state: life.state,
    since: wallClock(life.since),
    ready: life.state === 'running' && !vassal.isReloading,
    execdAt: isUp && life.execdAt !== null ? wallClock(life.execdAt) : null,
    starts: life.generation,
    restarts: life.restarts,
    failures: life.failures,
    startUsec,
    isInvalid: problems.some(({ severity }) => severity === 'error'),
    output: output.counts,
    memoryBytes: usage?.memoryBytes ?? undefined,
    cpuUsec: cpuOf(vassal, usage),
    processes: usage?.pids ?? undefined,
  };
}

/** Of all its jails: a group that is removed takes its counter along. Undefined: not known. */
function cpuOf({ life, groups }: Vassal, usage: CgroupUsage | undefined): number | undefined {
  const former = groups.formerCpuUsec;
  if (former === undefined || life.jail !== 'up') return former;
  return typeof usage?.cpuUsec === 'number' ? former + usage.cpuUsec : undefined;
}
