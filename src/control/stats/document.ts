// The stats of uWSGI's Emperor: its keys, in its order, of the vassals that we have. Clients such as uwsgitop read it.
import type { Imperial, VassalFacts } from '../../emperor/facts.ts';

/** As uWSGI has it for a vassal that does not run, and for an id that nobody knows. */
const NONE = -1;

export interface DaemonFacts {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly cwd: string;
}

export function statsOf(imperial: Imperial, daemon: DaemonFacts): object {
  const facts = imperial.facts();
  return {
    version: imperial.version,
    ...daemon,
    emperor: imperial.watched,
    emperor_tyrant: imperial.isTyrant ? 1 : 0,
    // A delay before each start of any vassal: there is none, and none in uWSGI 2.0.
    throttle_level: 0,
    vassals: facts.map(vassalOf),
    blacklist: facts.filter(({ state }) => state === 'backoff').map(blacklisted),
  };
}

function vassalOf(vassal: VassalFacts): object {
  return {
    id: vassal.id,
    pid: vassal.pid ?? NONE,
    born: seconds(vassal.born),
    last_mod: seconds(vassal.modified),
    last_heartbeat: seconds(vassal.heartbeat),
    loyal: flag(vassal.loyal),
    ready: flag(vassal.ready),
    accepting: flag(vassal.accepting),
    last_loyal: seconds(vassal.loyal),
    last_ready: seconds(vassal.ready),
    last_accepting: seconds(vassal.accepting),
    first_run: seconds(vassal.firstRun),
    last_run: seconds(vassal.lastRun),
    cursed: seconds(vassal.leaving),
    zerg: 0,
    on_demand: vassal.onDemand,
    suspended: flag(vassal.held),
    adopted: 0,
    uid: vassal.uid ?? NONE,
    gid: vassal.gid ?? NONE,
    monitor: vassal.monitor,
    attrs: vassal.attributes,
    respawns: vassal.respawns,
  };
}

function blacklisted(vassal: VassalFacts): object {
  return {
    id: vassal.id,
    throttle_level: Math.round(vassal.backoffMs),
    attempt: vassal.failures,
    first_attempt: seconds(vassal.firstFailure),
    last_attempt: seconds(vassal.lastFailure),
  };
}

function seconds(time: number): number {
  return Math.floor(time);
}

function flag(value: number | boolean): 0 | 1 {
  return value ? 1 : 0;
}
