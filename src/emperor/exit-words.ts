// Why a vassal is not running, as data and as a sentence: the one place where exits and failed set-ups are worded.
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { Origin } from '../config/origin.ts';
import { placeOf } from '../config/problems/format.ts';
import type { SpawnFailure } from '../jail/jail.ts';
import type { CommandExit } from '../jail/messages.ts';
import type { ExitStatus } from '../jail/native.ts';
import { quote, stepWords } from '../plan/print.ts';
import type { Plan, Step, StepName } from '../plan/step.ts';
import type { CgroupError } from '../system/cgroup-error.ts';
import type { SocketError } from './socket-error.ts';
import type { KillReason, LastExit } from './view.ts';

/** What kept a vassal from being started. */
export type StartFailure =
  | SpawnFailure
  | { readonly kind: 'cgroup'; readonly error: CgroupError }
  | { readonly kind: 'socket'; readonly error: SocketError };

export interface EndFacts {
  readonly command: CommandExit | null;
  readonly init: ExitStatus | null;
  readonly failure: { readonly failure: StartFailure; readonly plan: Plan } | undefined;
  /** Why tsjail killed it, if it did. */
  readonly killed: KillReason | undefined;
  /** How many processes of it the kernel killed for want of memory. */
  readonly oomKills: number;
  /** What set-up waited for when it ended. */
  readonly waitingFor: string | null;
  /** The command had not been ready yet. */
  readonly beforeReady?: boolean;
  /** Milliseconds the command ran; null when it was never exec'd. */
  readonly uptimeMs: number | null;
  /** Unix seconds. */
  readonly at: number;
  /** Of the exit code, where the command is known to have one. */
  readonly meaning?: string | undefined;
}

/** Of a number with two names, such as SIGABRT and SIGIOT, the first one, which is what everybody says. */
const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [number as number, name]),
);

const { EACCES, ENOENT, ESRCH } = constants.errno;
/** Of Debian and its kin. */
export const UWSGI_PACKAGE =
  'apt-get install uwsgi-core and the plugin that the app needs, such as uwsgi-plugin-python3; or see `emperor-wrapper`';
const SPAWNING = ['start', 'clone'];
/** What a clone that fails is really about (clone(2), user_namespaces(7)); the bare errno misleads. */
const SPAWN_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'out of namespaces: see /proc/sys/user/max_*_namespaces, or more than 32 levels deep',
  EAGAIN: 'out of processes: see RLIMIT_NPROC, pids.max and kernel.pid_max',
  ENOMEM: 'out of memory for another process',
  EMFILE: 'the daemon is out of file descriptors: raise LimitNOFILE',
  ENFILE: 'the system is out of file descriptors',
  EACCES:
    'not allowed into its control group: cgroup.procs there, and in the group above it and us, must be writable',
  EPERM: 'needs CAP_SYS_ADMIN; as an ordinary user, user namespaces must be allowed',
  EUSERS: 'too many nested user namespaces',
};

export function signalName(signal: number): string {
  return SIGNAL_NAMES.get(signal) ?? `signal ${signal}`;
}

/** The number of `name` as `signalName` gives it; undefined when there is no such signal. */
export function signalNumber(name: string | null): number | undefined {
  const known = Object.entries(constants.signals).find(([each]) => each === name)?.[1];
  return known ?? (name?.startsWith('signal ') ? Number(name.slice(7)) : undefined);
}

export function lastExit(facts: EndFacts): LastExit {
  const { command, failure, at } = facts;
  const code = command?.code ?? null;
  // A jailer whose set-up failed was ended by us.
  const ownSignal = failure ? null : (facts.init?.signal ?? null);
  const number = command ? command.signal : ownSignal;
  const signal = number === null ? null : signalName(number);
  return { code, signal, at, reason: reasonOf(facts), ...wordsOf(facts, code, signal) };
}

/** Of one that came not even to a start. */
export function neverStarted(failure: StartFailure, plan: Plan): LastExit {
  const nothing = {
    command: null,
    init: null,
    killed: undefined,
    oomKills: 0,
    waitingFor: null,
    uptimeMs: null,
  };
  return lastExit({ ...nothing, failure: { failure, plan }, at: Date.now() / 1000 });
}

function reasonOf(facts: EndFacts): string {
  if (facts.failure) return 'setup';
  if (facts.killed === 'start-timeout') return 'timeout-start';
  if (facts.killed === 'stop-timeout') return 'timeout-stop';
  if (facts.killed === 'heartbeat-timeout' || facts.killed === 'stuck') return 'heartbeat';
  if (isOutOfMemory(facts)) return 'oom-kill';
  if (facts.command === null || facts.command.signal !== null)
    return facts.command?.core ? 'core-dump' : 'signal';
  if (facts.command.code !== 0) return 'exit-code';
  return facts.beforeReady ? 'protocol' : 'success';
}

function wordsOf(
  facts: EndFacts,
  code: number | null,
  signal: string | null,
): Pick<LastExit, 'message' | 'brief' | 'place'> {
  if (facts.failure) {
    const parts = partsOf(facts.failure.failure, facts.failure.plan);
    const { at, what, brief } = parts;
    return { message: inFull(parts), brief: `${what}: ${brief}`, place: at ?? null };
  }
  const brief = endOf(facts, code, signal);
  const after = facts.uptimeMs === null ? '' : ` after ${duration(facts.uptimeMs)}`;
  const victims = victimsOf(facts);
  return { message: `${brief}${after}${victims}`, brief: `${brief}${victims}`, place: null };
}

function endOf(facts: EndFacts, code: number | null, signal: string | null): string {
  if (facts.killed === 'start-timeout') return notStarted(facts);
  if (facts.killed === 'stop-timeout') return 'did not end within stop-timeout: killed';
  if (facts.killed === 'heartbeat-timeout') return 'gave no sign of life within heartbeat-timeout: killed';
  if (facts.killed === 'stuck') return 'said that it is stuck (WATCHDOG=trigger): killed';
  if (facts.killed === 'asked-twice') return 'killed with the daemon';
  if (isOutOfMemory(facts)) return 'out of memory: killed';
  if (facts.command === null) return `its init was ${signal ? `killed by ${signal}` : 'gone'}`;
  const meaning = facts.meaning ? ` (${facts.meaning})` : '';
  const early = facts.beforeReady && facts.meaning === undefined ? ' before it was ready' : '';
  if (signal === null) return `exited with code ${code}${meaning}${early}`;
  return `killed by ${signal}${facts.command.core ? ' (core dumped)' : ''}${early}`;
}

/** A command that the kernel killed for want of memory looks like any SIGKILL but for the counter of its groups. With
 *  memory.oom.group its init goes too, and tells nothing. */
function isOutOfMemory({ oomKills, command, init, killed }: EndFacts): boolean {
  return oomKills > 0 && killed === undefined && (command ?? init)?.signal === constants.signals.SIGKILL;
}

/** What the command itself has survived may be the reason of its end all the same. */
function victimsOf(facts: EndFacts): string {
  const { oomKills } = facts;
  if (oomKills === 0 || isOutOfMemory(facts)) return '';
  return `; out of memory: ${oomKills === 1 ? '1 of its processes was' : `${oomKills} of its processes were`} killed`;
}

function notStarted({ waitingFor, uptimeMs }: EndFacts): string {
  const why = waitingFor === null ? '' : `, waiting for ${waitingFor}`;
  return `not ${uptimeMs === null ? 'started' : 'ready'} within start-timeout${why}: killed`;
}

/** `12 ms`, `3.4 s`, `5 min`, `2 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** What of a plan its failures are explained by. */
export type PlanFacts = Pick<Plan, 'steps' | 'owner' | 'outside'>;

/** A failed step before it is one sentence. */
interface FailureParts {
  readonly at: Origin | undefined;
  readonly what: string;
  readonly why: string;
  /** Of `why` what people read: without the errno's name. */
  readonly brief: string;
}

/** `web.ini:7:1: chdir /x: ENOENT, no such file or directory (…)`. */
export function failureText(failure: StartFailure, plan: PlanFacts): string {
  return inFull(partsOf(failure, plan));
}

/** The same for programs. */
export interface FailureFacts {
  /** Name of the step, or what else could not be done. */
  readonly step: string;
  /** Name such as `ENOENT`; null: it was no system call that failed. */
  readonly errno: string | null;
  readonly detail: string | null;
  readonly place: Origin | null;
}

export function failureFacts(failure: StartFailure, plan: PlanFacts): FailureFacts {
  const place = partsOf(failure, plan).at ?? null;
  const facts = (step: string, errno: number | undefined, detail: string): FailureFacts => ({
    step,
    errno: errno ? errnoWords(Math.abs(errno)).name : null,
    detail: detail === '' ? null : detail,
    place,
  });
  if (failure.kind === 'native') return facts(failure.what, failure.error.errno, failure.error.message);
  if (failure.kind === 'step' || failure.kind === 'hook') {
    const { step: index, errno, detail } = failure.failure;
    const step = (failure.kind === 'hook' ? failure.steps : plan.steps)[index];
    return facts(step?.name ?? 'the plan', errno, detail);
  }
  const { what } = failure.error;
  const cause = failure.kind === 'outside' ? failure.error.failure : failure.error.why;
  return typeof cause === 'string' ? facts(what, 0, cause) : facts(what, cause.errno, cause.message);
}

function inFull({ at, what, why }: FailureParts): string {
  return `${at ? `${placeOf(at)}: ` : ''}${what}: ${why}`;
}

function partsOf(failure: StartFailure, plan: PlanFacts): FailureParts {
  if (failure.kind === 'cgroup' || failure.kind === 'socket') return wantedParts(failure.error);
  if (failure.kind === 'native') {
    const { what, error } = failure;
    const hint = SPAWNING.includes(what) ? SPAWN_HINTS[error.code] : undefined;
    const why = `${error.message}${hint ? ` (${hint})` : ''}`;
    return { at: undefined, what, why, brief: why };
  }
  if (failure.kind === 'outside') {
    const { what, at, failure: cause } = failure.error;
    if (typeof cause === 'string') return { at, what, why: cause, brief: cause };
    const syscall = cause.syscall.replace(/^uv_os_/, '');
    return { at, what: `${what}: ${syscall}`, ...reason(Math.abs(cause.errno), []) };
  }
  const { step: index, errno, detail } = failure.failure;
  const step = (failure.kind === 'hook' ? failure.steps : plan.steps)[index];
  if (errno === ESRCH && step && step.name in ASKED_AS && detail)
    return { at: step.at, what: describe(step), why: detail, brief: detail };
  const who = errno === EACCES && failure.kind === 'step' ? whoThatIs(plan) : '';
  const hints = [detail, who, errno === ENOENT ? howToInstall(step) : ''].filter(Boolean);
  // The step says it all itself.
  if (errno === 0) return { at: step?.at, what: describe(step), why: detail, brief: detail };
  return { at: step?.at, what: describe(step), ...reason(errno, hints) };
}

function reason(errno: number, hints: readonly string[]): Pick<FailureParts, 'why' | 'brief'> {
  const { name, text } = errnoWords(errno);
  const more = hints.length === 0 ? '' : ` (${hints.join('; ')})`;
  return { why: `${text ? `${name}, ${text}` : name}${more}`, brief: `${text || name}${more}` };
}

/** Of what the config wants to have beside the jail. */
function wantedParts({ at, what, why, hint }: CgroupError | SocketError): FailureParts {
  const hints = hint ? [hint] : [];
  if (typeof why !== 'string')
    return {
      at,
      what,
      ...(why.errno ? reason(-why.errno, hints) : { why: why.message, brief: why.message }),
    };
  const text = [why, ...hints.map((each) => `(${each})`)].join(' ');
  return { at, what, why: text, brief: text };
}

/** In a user namespace, who is refused is somebody else than he seems to be. */
function whoThatIs({ owner, outside, steps }: PlanFacts): string {
  const uid = steps.find(({ name }) => name === 'uid')?.args[0] ?? '0';
  if (outside === undefined || owner === undefined || uid === 'found' || String(owner.uid) === uid) return '';
  return `uid ${uid} in the jail is uid ${owner.uid} on the host: see uid-map`;
}

/** What of a program that is not there helps more than that it is not there. */
function howToInstall(step: Step | undefined): string {
  return step?.name === 'exec' && step.args[1] === 'uwsgi' ? UWSGI_PACKAGE : '';
}

/** Steps that look up what a line of the config names: known to its reader by the key. */
const ASKED_AS: Readonly<Partial<Record<StepName, string>>> = {
  'find-user': 'uid',
  'group-of-user': 'uid',
  'find-group': 'gid',
  'add-group': 'add-gid',
};

/** Steps whose other arguments are between us and the jailer. */
const PATH_ALONE: ReadonlySet<string> = new Set(['setns', 'setns-socket']);

/** A step without what may be secret: the environment of `exec` is left out. */
function describe(step: Step | undefined): string {
  if (step === undefined) return 'the plan';
  if (step.name === 'exec') return `exec ${quote(step.args[1] ?? '')}`;
  if (PATH_ALONE.has(step.name)) return `${step.name} ${quote(step.args[0] ?? '')}`;
  const key = ASKED_AS[step.name];
  if (key) return step.args.length > 0 ? `${key} = ${step.args.map(quote).join(' ')}` : key;
  return stepWords(step)
    .filter((word) => word !== '')
    .map(quote)
    .join(' ');
}

/** What exec, clone and fcntl add to the errors that libuv knows (asm-generic/errno-base.h, errno.h). */
const MORE_ERRORS: Readonly<Record<number, readonly [string, string]>> = {
  8: ['ENOEXEC', 'exec format error'],
  10: ['ECHILD', 'no child processes'],
  37: ['ENOLCK', 'no locks available'],
  80: ['ELIBBAD', 'accessing a corrupted shared library'],
  87: ['EUSERS', 'too many users'],
  116: ['ESTALE', 'stale file handle'],
  122: ['EDQUOT', 'disk quota exceeded'],
};

function errnoWords(errno: number): { readonly name: string; readonly text: string } {
  const [name, text] = getSystemErrorMap().get(-errno) ?? MORE_ERRORS[errno] ?? [`errno ${errno}`, ''];
  return { name, text };
}
