// The daemon and its vassals in numbers, for those who measure: what is known at once, and what the kernel is asked for in one
// go. A thousand vassals are to cost the loop no more than some milliseconds.
import type { OutputCounts } from '../output/line.ts';
import { type CgroupReading, type ReadFiles, readGroups } from '../system/cgroup-reading.ts';
import { type ProcessFigures, processFigures } from '../system/process-figures.ts';
import type { Gauges, ReloadFigures } from './gauges.ts';
import type { HistogramFigures } from './histogram.ts';
import type { TallyRecord } from './tally.ts';
import type { Vassal } from './vassal.ts';
import { wallClock } from './vassal-view.ts';
import type { VassalState } from './view.ts';

/** Times are Unix seconds; null: there is none. */
export interface VassalFigures extends TallyRecord, Omit<CgroupReading, 'oomKills'> {
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
  readonly readFiles: ReadFiles;
  readonly unlogged: () => number;
}

export async function figuresOf(vassals: readonly Vassal[], parts: FigureParts): Promise<Figures> {
  const { version, troubles, gauges, readFiles } = parts;
  const up = vassals.filter(({ life, groups }) => life.jail === 'up' && groups.home);
  const paths = up.map(({ groups }) => groups.home?.path ?? '');
  const [readings, own] = await Promise.all([readGroups(paths, readFiles), processFigures()]);
  const used = new Map(up.map((vassal, index) => [vassal, readings[index]]));
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
    vassals: vassals.map((vassal) => vassalFigures(vassal, used.get(vassal))),
  };
}

function vassalFigures(vassal: Vassal, reading: CgroupReading | undefined): VassalFigures {
  const { name, life, groups, problems, tally, output, startUsec } = vassal;
  const record = tally.record;
  const fresh = reading?.oomKills === undefined ? 0 : groups.freshOomKills(reading.oomKills);
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
    memoryBytes: reading?.memoryBytes,
    cpuUsec: cpuOf(vassal, reading),
    processes: reading?.processes,
  };
}

/** Of all its jails: a group that is removed takes its counter along. Undefined: not known. */
function cpuOf({ life, groups }: Vassal, reading: CgroupReading | undefined): number | undefined {
  const former = groups.formerCpuUsec;
  if (former === undefined || life.jail !== 'up') return former;
  return reading?.cpuUsec === undefined ? undefined : former + reading.cpuUsec;
}
