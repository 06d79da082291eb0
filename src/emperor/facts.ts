// What uWSGI's Emperor would know of a vassal: plain facts from memory alone, for those who ask often and of all vassals.
import { basename, dirname, resolve } from 'node:path';
import type { ConfigText } from '../monitors/monitor.ts';
import type { Dates } from './annals.ts';
import type { Vassal } from './vassal.ts';
import { attributesOf, idsOf, wallClock } from './vassal-view.ts';
import type { ActionResult, VassalState, Verb } from './view.ts';

export interface VassalFacts extends Dates {
  readonly name: string;
  /** As uWSGI calls it: its file's name in a watched directory, the path of one that a pattern matched. */
  readonly id: string;
  readonly source: string;
  /** The source that shows its file, without a scheme; empty: the file is gone. */
  readonly monitor: string;
  /** When its file was last changed; 0: not known. Times are Unix seconds. */
  readonly modified: number;
  readonly state: VassalState;
  readonly pid: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Stopped by an operator, or waiting for one. */
  readonly held: boolean;
  /** Starts after the first. */
  readonly respawns: number;
  /** Ends in a row, and what the present backoff waits in all. */
  readonly failures: number;
  readonly backoffMs: number;
  // Since when something holds; 0: it does not.
  readonly ready: number;
  readonly loyal: number;
  readonly leaving: number;
  readonly accepting: number;
  /** The last one, of vassals that send any. */
  readonly heartbeat: number;
  /** The socket that a connection to starts it; empty: none. */
  readonly onDemand: string;
}

/** The Emperor as stats and commands know it. */
export interface Imperial {
  readonly version: string;
  /** Vassals run as the owners of their files. */
  readonly isTyrant: boolean;
  /** What is watched, without schemes. */
  readonly watched: readonly string[];
  facts(): readonly VassalFacts[];
  /** Undefined: no such vassal. */
  act(verb: Verb, name: string): Promise<ActionResult | undefined>;
  /** A line among the vassal's own, or without a name in the daemon's log. */
  note(text: string, name?: string): void;
}

interface Sight {
  readonly monitor: { readonly source: string };
  readonly text: Pick<ConfigText, 'path' | 'modified'>;
}

export function factsOf(vassal: Vassal, sight: Sight | undefined, dates: Dates, uid: number): VassalFacts {
  const { life, config, commandPid, name, source } = vassal;
  const monitor = sight ? withoutScheme(sight.monitor.source) : '';
  const isUp = life.execdAt !== null && life.jail === 'up';
  const execd = isUp && life.execdAt !== null ? wallClock(life.execdAt) : 0;
  const stable = execd + (config?.stableAfterMs ?? 0) / 1000;
  const ready = life.state === 'running' ? wallClock(life.since) : 0;
  return {
    ...dates,
    name,
    id: dirname(source) === monitor ? basename(source) : source,
    source,
    monitor,
    modified: sight?.text.modified ?? 0,
    state: life.state,
    pid: commandPid,
    ...idsOf(config, uid),
    attributes: attributesOf(vassal),
    held: life.held,
    respawns: Math.max(0, life.generation - 1),
    failures: life.failures,
    backoffMs: life.nextStart === null ? 0 : life.nextStart - life.since,
    ready,
    loyal: isUp && (life.loyal || Date.now() / 1000 >= stable) ? Math.min(stable, ready || stable) : 0,
    leaving: life.state === 'stopping' || life.state === 'reloading' ? wallClock(life.since) : 0,
    accepting: config?.emperorPipe && !vassal.isReloading ? ready : 0,
    heartbeat: isUp ? vassal.lastBeat : 0,
    onDemand: config?.onDemand ? (vassal.doors.sockets.addresses[0] ?? '') : '',
  };
}

/** Those of other schemes than of files are names of something else. */
export function withoutScheme(source: string): string {
  const path = source.replace(/^(dir|glob):\/\//, '');
  return /^[a-z][a-z0-9+.-]*:\/\//.test(path) ? path : resolve(path);
}
