// What is handed over of one vassal, for the strict reader. A field that is added here makes another format: see format.ts.
import type { Problem } from '../../config/problems/problem.ts';
import type { SocketSpec } from '../../config/vassal-config.ts';
import type { JailRecord } from '../../jail/hooked-jail.ts';
import type { HostMount } from '../../jail/jail.ts';
import type { ProcessRecord } from '../../jail/jailed-process.ts';
import type { CommandExit } from '../../jail/messages.ts';
import type { HoldRecord } from '../../jail/rooted-jail.ts';
import type { OutputRecord } from '../../output/line.ts';
import type { KillCounts } from '../../system/cgroup.ts';
import type { GroupsRecord } from '../../system/cgroup-vassal.ts';
import type { SocketFile } from '../address-book.ts';
import type { ConfigPipeRecord } from '../config-pipe.ts';
import type { DoorsRecord } from '../doors.ts';
import type { EmperorPipeRecord } from '../emperor-pipe.ts';
import type { IntentRecord } from '../intent.ts';
import type { ListenerRecord } from '../listener.ts';
import type { PipesRecord } from '../pipes.ts';
import type { ReadinessRecord } from '../readiness.ts';
import type { RunRecord } from '../run.ts';
import type { SignsRecord } from '../signs.ts';
import type { Life, TimerName } from '../state.ts';
import type { TallyRecord } from '../tally.ts';
import type { TimerRecord } from '../timers.ts';
import type { VassalRecord } from '../vassal-record.ts';
import type { KillReason, LastExit, VassalState } from '../view.ts';
import type { WaitingRecord } from '../waiting.ts';
import { flag, list, number, oneOf, opaque, orNull, record, type Shape, text } from './shape.ts';

const STATES = oneOf<VassalState>(
  'invalid',
  'waiting',
  'starting',
  'running',
  'reloading',
  'backoff',
  'stopping',
  'stopped',
  'failed',
  'exited',
);

export const hostMount = record<HostMount>({ target: text, mount: text });
export const socketFile = record<SocketFile>({ path: text, identity: text });

const life = record<Life>({
  state: STATES,
  since: number,
  jail: oneOf('none', 'queued', 'up'),
  next: oneOf('policy', 'start', 'wait', 'exit', 'stay-down', 'forget'),
  held: flag,
  failures: number,
  loyal: flag,
  wasLoyal: flag,
  execdAt: orNull(number),
  nextStart: orNull(number),
  generation: number,
  restarts: number,
});

function timer<Name>(name: Shape<Name>): Shape<TimerRecord<Name>> {
  return record<TimerRecord<Name>>({ name, armedAt: number, endsAt: number });
}

const jail = record<JailRecord>({
  process: record<ProcessRecord>({
    pid: number,
    pidfd: number,
    control: number,
    output: number,
    commandPid: number,
    command: orNull(opaque<CommandExit>('code', 'signal')),
    killWanted: flag,
  }),
  holds: list(record<HoldRecord>({ directory: text, identity: text, lock: number })),
  hooked: orNull(record({ jailerPid: number, insidePid: number, mounts: list(hostMount) })),
});

const pipes = record<PipesRecord>({
  emperor: orNull(
    record<EmperorPipeRecord>({
      fd: number,
      hasStarted: flag,
      isSettled: flag,
      held: orNull(number),
      isReloading: flag,
      hasWarned: flag,
      timers: list(timer(oneOf('settling', 'holding'))),
    }),
  ),
  config: orNull(record<ConfigPipeRecord>({ fd: number, rest: text, next: text })),
  text,
});

const run = record<RunRecord>({
  planned: number,
  jailerPid: orNull(number),
  startedAt: number,
  startUsec: orNull(number),
  killed: orNull(
    oneOf<KillReason>('start-timeout', 'stop-timeout', 'heartbeat-timeout', 'stuck', 'asked-twice'),
  ),
  unwanted: flag,
  rest: text,
  hookRest: text,
  handover: list(record({ kind: oneOf('emperor-pipe', 'config-pipe', 'ready'), fd: number })),
  pipes: orNull(pipes),
  readiness: orNull(
    record<ReadinessRecord>({
      waitingFor: orNull(text),
      endsAt: orNull(number),
      fd: number,
      bytes: number,
      isProbed: flag,
    }),
  ),
  jail,
});

const problems = list(opaque<Problem>('file', 'line', 'message'));
const intent = record<IntentRecord>({
  planned: orNull(number),
  deferred: orNull(record({ planned: number, problems })),
  problems,
});

const doors = record<DoorsRecord>({
  sockets: list(
    record<ListenerRecord>({
      fd: number,
      spec: opaque<SocketSpec>('address', 'name', 'backlog'),
      file: orNull(socketFile),
    }),
  ),
  waiting: orNull(record<WaitingRecord>({ mounts: list(hostMount) })),
});

const counts = record<KillCounts>({ told: number, untold: number });
const groups = record<GroupsRecord>({
  taken: list(text),
  home: orNull(record({ path: text, counts })),
  own: orNull(counts),
  v1: list(record({ group: text, told: number })),
});

export const vassalShape = record<VassalRecord>({
  name: text,
  source: text,
  lastBeat: number,
  life,
  timers: list(timer(oneOf<TimerName>('start', 'stop', 'restart', 'beat'))),
  signs: record<SignsRecord>({ status: text, errno: orNull(number), reloading: flag }),
  intent,
  doors,
  groups,
  inSpare: flag,
  nextCall: orNull(number),
  run: orNull(run),
  wantsOverlap: flag,
  startUsec: orNull(number),
  lastExit: orNull(opaque<LastExit>('reason', 'at', 'message', 'brief')),
  exits: list(opaque<LastExit>('reason', 'at', 'message', 'brief')),
  tally: opaque<TallyRecord>('exits', 'configErrors', 'oomKills'),
  output: opaque<OutputRecord>('blocks'),
});
