// A vassal as a line of the control centre's table: from memory alone, so that a thousand of them are made in a moment.
import { isNew, NAMESPACES } from '../../config/namespaces.ts';
import { placeOf, sentence } from '../../config/problems/format.ts';
import { masked } from '../../config/secrets.ts';
import type { Vassal } from '../vassal.ts';
import { idsOf, wallClock } from '../vassal-view.ts';
import type { VassalState } from '../view.ts';

export interface Row {
  readonly name: string;
  readonly state: VassalState;
  readonly pid: number | null;
  readonly uid: number | null;
  readonly generation: number;
  readonly restarts: number;
  /** Unix seconds. */
  readonly since: number;
  readonly nextStart: number | null;
  readonly waitingFor: string | null;
  readonly statusText: string | null;
  /** Stopped by an operator. */
  readonly held: boolean;
  readonly lastExit: { readonly brief: string; readonly reason: string; readonly at: number } | null;
  /** The first problem of the text on disk, and how many more there are. */
  readonly error: { readonly place: string; readonly text: string; readonly more: number } | null;
  /** New namespaces that its config asks for. */
  readonly namespaces: readonly string[];
}

export function rowOf(vassal: Vassal, secrets: () => readonly string[], daemonUid: number): Row {
  const { life, config, lastExit, nextCall } = vassal;
  const hide = (text: string) => masked(text, secrets());
  const text = life.jail === 'up' ? vassal.signs.text : null;
  return {
    name: vassal.name,
    state: life.state,
    pid: vassal.commandPid,
    uid: idsOf(config, daemonUid).uid,
    generation: life.generation,
    restarts: life.restarts,
    since: wallClock(life.since),
    nextStart: nextCall !== undefined ? nextCall / 1000 : life.nextStart && wallClock(life.nextStart),
    waitingFor: vassal.waitingFor,
    statusText: text === null ? null : hide(text),
    held: life.held,
    lastExit: lastExit && { brief: hide(lastExit.brief), reason: lastExit.reason, at: lastExit.at },
    error: errorOf(vassal, hide),
    namespaces: config ? NAMESPACES.filter(({ name }) => isNew(config, name)).map(({ proc }) => proc) : [],
  };
}

function errorOf({ problems }: Vassal, hide: (text: string) => string): Row['error'] {
  const [first, ...more] = problems.filter(({ severity }) => severity === 'error');
  return first ? { place: placeOf(first), text: hide(sentence(first)), more: more.length } : null;
}
