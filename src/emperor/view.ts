// What the outside may see of the Emperor: the JSON of `ls`, `status` and the control socket (DESIGN section 7: stable).
import type { Origin } from '../config/origin.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { LogLine } from '../output/line.ts';
import type { Step } from '../plan/step.ts';
import type { CgroupBounds } from '../system/cgroup-limits.ts';
import type { Inodes } from '../system/process-namespaces.ts';
import type { Since } from './chronicle.ts';
import type { Figures } from './figures.ts';
import type { Overview } from './overview/overview.ts';

export type VassalState =
  | 'invalid'
  | 'waiting'
  | 'starting'
  | 'running'
  | 'reloading'
  | 'backoff'
  | 'stopping'
  | 'stopped'
  | 'failed'
  | 'exited';

/** Why a run was killed, when tsjail did it. */
export type KillReason = 'start-timeout' | 'stop-timeout' | 'heartbeat-timeout' | 'stuck' | 'asked-twice';

export interface LastExit {
  readonly code: number | null;
  /** Name such as `SIGKILL`. */
  readonly signal: string | null;
  /** `exit-code`, `signal`, `core-dump`, `oom-kill`, `setup`, `timeout-start`, `timeout-stop`, `heartbeat`, `protocol`
   *  (ended well, but before it was ready), `success`. */
  readonly reason: string;
  /** Unix seconds with fraction. */
  readonly at: number;
  /** The sentence for people: `exited with code 3 after 12 ms`, `web.ini:7:1: chdir /x: ENOENT (…)`. */
  readonly message: string;
  /** The same for a table: `exited with code 3`, `chdir /x: no such file or directory`. */
  readonly brief: string;
  /** The line that asked for the step that failed. */
  readonly place: Origin | null;
}

export interface VassalView {
  readonly name: string;
  readonly source: string;
  readonly state: VassalState;
  readonly pid: number | null;
  readonly jailerPid: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly ready: boolean;
  readonly loyal: boolean;
  readonly generation: number;
  readonly restarts: number;
  /** False: it is not started after a reboot, until somebody says `tsjail enable`. */
  readonly enabled: boolean;
  /** Unix seconds when the present state began. */
  readonly since: number;
  readonly lastExit: LastExit | null;
  /** What a start waits for: its set-up for the path of a socket, or its command to be ready for a sign of it. */
  readonly waitingFor: string | null;
  /** What the command says of itself (STATUS= of sd_notify(3)); escaped. */
  readonly statusText: string | null;
  /** Unix seconds of the next start: while in `backoff`, or waiting for the time of `cron`. */
  readonly nextStart: number | null;
  /** What is wrong with the text on disk, also while an older text runs. */
  readonly error: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    /** That of the problem. */
    readonly code: string;
    readonly message: string;
  } | null;
  readonly namespaces: Inodes | null;
  readonly sockets: readonly string[];
  /** Names of those that its start waits for. */
  readonly after: readonly string[];
  readonly cgroup: string | null;
  readonly memoryBytes: number | null;
  readonly cpuUsec: number | null;
  readonly pids: number | null;
  /** From the decision to start to the command exec'd. */
  readonly startUsec: number | null;
  /** What the daemon collects from the section [emperor] of its file. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a table shows of a vassal. */
export type VassalGlance = Pick<
  VassalView,
  | 'name'
  | 'source'
  | 'state'
  | 'pid'
  | 'restarts'
  | 'enabled'
  | 'since'
  | 'lastExit'
  | 'waitingFor'
  | 'statusText'
  | 'nextStart'
  | 'error'
  | 'sockets'
  | 'memoryBytes'
  | 'cpuUsec'
>;

export interface VassalEvent {
  /** Unix seconds with fraction. */
  readonly at: number;
  readonly vassal: string;
  readonly event: 'added' | 'state' | 'invalid' | 'exit' | 'removed';
  readonly state: VassalState | null;
  readonly message: string;
}

export interface NumberedEvent extends VassalEvent {
  /** Grows by one from event to event, of a daemon and of the one that takes its place. */
  readonly seq: number;
}

export type Verb = 'start' | 'stop' | 'restart' | 'reload';
/** Those besides hold after a reboot, too. */
export type Order = Verb | 'enable' | 'disable';

export interface ActionResult {
  readonly name: string;
  readonly ok: boolean;
  /** State after the action. */
  readonly state: VassalState;
  /** `already running`, or why it failed. */
  readonly message: string;
}

/** What there is to say of one vassal besides. */
export interface VassalDetail {
  /** Its last ends, the last one first. */
  readonly exits: readonly LastExit[];
  /** Those of its namespaces that are not the daemon's; null: no command runs. */
  readonly newNamespaces: readonly string[] | null;
  readonly limits: CgroupBounds | null;
  readonly tenant: { readonly uid: number; readonly gid: number; readonly name: string | null } | null;
  /** Where its file makes several. */
  readonly family: { readonly file: string; readonly members: readonly string[] } | null;
  /** What is kept from its command, and why that; null: its config is bad. */
  readonly profile: { readonly name: string; readonly reason: string } | null;
  /** By what it is known to be ready, as `ready` has it. */
  readonly readiness: string | null;
  readonly heartbeat: { readonly last: number | null; readonly timeoutMs: number } | null;
  /** Each option that was given, and the line that counts; `text` is null where it is hidden. */
  readonly settings: readonly {
    readonly option: string;
    readonly text: string | null;
    readonly file: string;
    readonly line: number;
  }[];
  /** Ends in a row that came too soon. */
  readonly failures: number;
}

/** For who enters it. */
export interface VassalEntry {
  readonly name: string;
  readonly state: VassalState;
  readonly generation: number;
  /** Of its command; null: none runs. */
  readonly pid: number | null;
  /** When that began, in clock ticks since boot: with it the pid is a name that is never given twice. */
  readonly startTicks: string | null;
  /** Directories of its control groups. */
  readonly groups: readonly string[];
  /** Where its command begins. */
  readonly directory: string;
  /** PATH and SHELL, as its command has got them. */
  readonly path: string | null;
  readonly shell: string | null;
  /** Its file is a tenant's. */
  readonly isTenants: boolean;
  /** Steps that keep system calls and files from its command. */
  readonly restrictions: readonly Pick<Step, 'name' | 'args'>[];
}

/** What became of the wish to have the daemon's program replaced. */
export interface ReexecAnswer {
  readonly ok: boolean;
  /** What was refused, and why. */
  readonly message: string;
  /** Of the code that runs, and of the one that takes its place. */
  readonly from: string;
  readonly to: string | null;
  readonly vassals: number;
}

/** What the control socket serves. */
export interface EmperorApi {
  readonly version: string;
  /** How often the daemon's program was replaced. */
  readonly reexecs?: number;
  /** Resolves just before it is replaced, or when that is given up. */
  readonly reexec?: (() => Promise<ReexecAnswer>) | undefined;
  /** Sentences about sources that cannot be read or are not believed. */
  readonly troubles: readonly string[];
  /** Of all vassals. */
  readonly names: readonly string[];
  /** By name, some at a time, as they are at that moment. `usage`: with what each uses. */
  list(usage?: boolean): AsyncIterable<readonly VassalView[]>;
  /** Everything that is measured. */
  figures(): Promise<Figures>;
  /** For the control centre. */
  readonly overview: Pick<Overview, keyof Overview>;
  /** Undefined: no such vassal. */
  status(
    name: string,
  ): Promise<
    | (VassalView &
        VassalDetail & { readonly problems: readonly Problem[]; readonly lines: readonly LogLine[] })
    | undefined
  >;
  /** Resolves when the verb's end is reached (start: running or failed; stop: gone). Undefined: no such vassal. */
  act(order: Order, name: string): Promise<ActionResult | undefined>;
  /** Undefined: no such vassal. */
  entry(name: string): VassalEntry | undefined;
  /** Last `count` lines; undefined: no such vassal. */
  logs(name: string, count: number): readonly LogLine[] | undefined;
  onEvent(listener: (event: NumberedEvent) => void): () => void;
  /** Number of the newest event, and what came after another one. */
  readonly lastEvent: number;
  eventsSince(seq: number): Since;
  onLine(name: string, listener: (line: LogLine) => void): () => void;
}
