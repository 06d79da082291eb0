// How a command in the foreground has ended, for programs: with `run --json` and `enter --json` the last line on stderr.
import type { Origin } from '../config/origin.ts';
import { problemJson } from '../config/problems/format.ts';
import type { Problem } from '../config/problems/problem.ts';
import { NOT_BEGUN, type OneFacts } from '../emperor/run-facts.ts';
import type { Io } from './io.ts';
import { printJsonLine } from './json.ts';

export interface End {
  /** Null: there is no file of that name. */
  readonly name: string | null;
  /** What tsjail ends with. */
  readonly status: number;
  /** What people are told; undefined: there is nothing to tell them. */
  readonly message: string | undefined;
  /** Undefined: it did not come to a jail. */
  readonly facts?: OneFacts | undefined;
  readonly problems?: readonly Problem[];
  /** What could not be cleaned up. */
  readonly troubles?: readonly string[];
}

/** Its own line, even if the command has left one of its own unfinished there. */
export function printEnd({ err }: Io, end: End): void {
  if (end.facts) err.write('\n');
  printJsonLine(err, endJson(end));
}

function endJson({ name, status, message, facts, problems = [], troubles = [] }: End): unknown {
  const { exit, command = null, failure = null, begun = NOT_BEGUN } = facts ?? {};
  return {
    name,
    status,
    reason: exit?.reason ?? 'setup',
    code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    core: command?.core ?? false,
    message: exit?.message ?? message ?? null,
    pid: begun.pid,
    jailerPid: begun.jailerPid,
    startedAt: begun.startedAt,
    endedAt: exit?.at ?? null,
    userUsec: command?.userUsec ?? null,
    systemUsec: command?.systemUsec ?? null,
    maxRssKib: command?.maxRssKib ?? null,
    failure: failure && { ...failure, place: placeJson(failure.place) },
    problems: problems.map(problemJson),
    troubles,
  };
}

function placeJson(place: Origin | null): unknown {
  return place && { file: place.file, line: place.line, column: place.column };
}
