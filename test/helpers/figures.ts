// Figures without a daemon; tests change what they are about.
import type { DaemonFigures, VassalFigures } from '../../src/emperor/figures.ts';
import type { VassalView } from '../../src/emperor/view.ts';

const EMPTY = { bounds: [0.001, 0.5, 1], counts: [0, 0, 0, 0], sum: 0 };

export function daemonFigures(changes: Partial<DaemonFigures> = {}): DaemonFigures {
  return {
    version: '1.2.3',
    troubles: 0,
    reloads: { succeeded: 2, failed: 1, isLastGood: true, lastSuccess: 1000.5 },
    starts: EMPTY,
    turns: EMPTY,
    unlogged: 0,
    cpuSec: 1.5,
    residentBytes: 60_000_000,
    heapBytes: 20_000_000,
    openFds: 40,
    mostFds: 1024,
    startedAt: 1000.5,
    busySec: 0.25,
    ...changes,
  };
}

export function vassalFigures(changes: Partial<VassalFigures> = {}): VassalFigures {
  return {
    name: 'web',
    state: 'running',
    since: 2000.5,
    ready: true,
    execdAt: 2000.5,
    starts: 1,
    restarts: 0,
    failures: 0,
    startUsec: 4123,
    isInvalid: false,
    output: { lines: 10, bytes: 100, limited: 0, unwritten: 0 },
    exits: {},
    configErrors: 0,
    oomKills: 0,
    memoryBytes: 1024,
    cpuUsec: 1_200_000,
    processes: 2,
    ...changes,
  };
}

/** What a vassal that looks like this would be in numbers. */
export function figuresLike({
  name,
  state,
  restarts,
  memoryBytes,
  cpuUsec,
  pids,
}: VassalView): VassalFigures {
  return vassalFigures({
    name,
    state,
    restarts,
    memoryBytes: memoryBytes ?? undefined,
    cpuUsec: cpuUsec ?? undefined,
    processes: pids ?? undefined,
  });
}
