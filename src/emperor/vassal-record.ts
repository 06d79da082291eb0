// What a vassal hands over when the daemon's program is replaced; times by the monotonic clock.
import type { OutputRecord } from '../output/line.ts';
import type { GroupsRecord } from '../system/cgroup-vassal.ts';
import type { DoorsRecord } from './doors.ts';
import type { IntentRecord } from './intent.ts';
import type { Planned } from './planned.ts';
import type { RunRecord } from './run.ts';
import type { SignsRecord } from './signs.ts';
import type { Life, TimerName } from './state.ts';
import type { TallyRecord } from './tally.ts';
import type { TimerRecord } from './timers.ts';
import type { LastExit } from './view.ts';

export interface VassalRecord {
  readonly name: string;
  readonly source: string;
  readonly lastBeat: number;
  readonly life: Life;
  readonly timers: readonly TimerRecord<TimerName>[];
  readonly signs: SignsRecord;
  readonly intent: IntentRecord;
  readonly doors: DoorsRecord;
  readonly groups: GroupsRecord;
  /** Are they its second set? */
  readonly inSpare: boolean;
  /** Unix milliseconds; null: it does not wait for a time. */
  readonly nextCall: number | null;
  readonly run: RunRecord | null;
  readonly wantsOverlap: boolean;
  readonly startUsec: number | null;
  readonly lastExit: LastExit | null;
  readonly exits: readonly LastExit[];
  readonly tally: TallyRecord;
  readonly output: OutputRecord;
}

/** One that was there when a daemon before this one gave it up; plans by their numbers. */
export interface Past {
  readonly record: VassalRecord;
  readonly planOf: (number: number) => Planned;
}

/** With other times, as another clock has them. */
export function lifeWith(life: Life, time: (ms: number) => number): Life {
  const { since, execdAt, nextStart } = life;
  return {
    ...life,
    since: time(since),
    execdAt: execdAt === null ? null : time(execdAt),
    nextStart: nextStart === null ? null : time(nextStart),
  };
}
