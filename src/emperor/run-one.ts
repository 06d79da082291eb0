// `tsjail run`: one vassal in the foreground, with our own descriptors 0–2, or a pseudo terminal when we have a terminal.

import type { VassalConfig } from '../config/vassal-config.ts';
import { spawnJail } from '../jail/hooked-jail.ts';
import type { JailHandlers, JailStdio } from '../jail/jail.ts';
import type { CommandExit } from '../jail/messages.ts';
import type { ExitStatus } from '../jail/native.ts';
import type { Plan } from '../plan/step.ts';
import type { CgroupError } from '../system/cgroup-error.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import { checkOwnProc } from '../system/own-proc.ts';
import { type Engine, openEngine } from './engine.ts';
import { failureFacts, failureText, lastExit, type StartFailure, signalNumber } from './exit-words.ts';
import { type Begun, NOT_BEGUN, type OneFacts } from './run-facts.ts';
import { asUwsgi, type Commanded, OnePipe } from './run-one-pipe.ts';
import type { SocketError } from './socket-error.ts';
import { giveStdio } from './stdio-owner.ts';
import { onTerminal } from './terminal.ts';
import { VassalSockets } from './vassal-sockets.ts';
import type { LastExit } from './view.ts';

/** Signals that are passed on to the command. */
const RELAYED = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
const ENDING: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP']);
/** The command may run, and print, before its init's word of it is here. */
const ON_ITS_WAY_MS = 200;
const SETUP_FAILED = 125;
const OURS = [0, 1, 2] as const;
/** Reasons that the exit code does not tell. */
const TOLD = ['setup', 'oom-kill'];
/** What a reader that leaves does to a writer is no news; shells keep quiet about it too. */
const QUIET_SIGNALS: readonly string[] = ['SIGPIPE'];
/** Keys of a terminal that become signals there (termios(3)): who pressed them knows. */
const KEYS: readonly string[] = ['SIGINT', 'SIGQUIT'];

export interface OneRun {
  readonly name: string;
  readonly plan: Plan;
  readonly sockets: VassalConfig['sockets'];
  /** The command is uWSGI, by its own file. */
  readonly uwsgi: boolean;
  /** Does stdin get a terminal of its own? The plan must have been built with `terminal: true` then. */
  readonly terminal: boolean;
  readonly stopTimeoutMs: number;
  /** Told of what set-up waits for. */
  readonly waiting: (what: string) => void;
  /** Told of what could not be cleaned up. */
  readonly trouble: (error: Error) => void;
}

export interface OneEnd {
  /** The command's own status, 128 + n for a signal, 125 when set-up failed. */
  readonly code: number;
  /** Why, when it was not the command that said so. */
  readonly message: string | undefined;
  readonly facts: OneFacts;
}

interface RunEnd extends OneFacts {
  /** Names of the signals that we sent. */
  readonly sent: ReadonlySet<string>;
}

/** Resolves when every process of the jail is gone. */
export async function runOne(run: OneRun): Promise<OneEnd> {
  checkOwnProc();
  const engine = openEngine();
  const groups = engine.groupsOf(run.name);
  const sockets = new VassalSockets(run.name, engine.native, engine.addresses);
  const terminal = run.terminal ? onTerminal(engine.native, hangUp) : undefined;
  const stdio = terminal ? terminal.slaveStdio : OURS;
  try {
    if (run.plan.owner) giveStdio(stdio, run.plan.owner, terminal !== undefined);
    const end = await new Promise<RunEnd>((resolve, reject) => {
      const release = holdSignals();
      setUp(groups, run, sockets)
        .then((ready) => {
          if ('exit' in ready) return resolve(ready);
          start(engine, run, stdio, groups, terminal, ready.fds, resolve);
          release();
        })
        .catch(reject);
    });
    return { code: exitCode(end.exit), message: messageOf(end, run.terminal ? KEYS : []), facts: end };
  } finally {
    terminal?.restore();
    await sockets.close();
    await groups.takeDown().catch(run.trouble);
    await engine.close();
  }
}

/** Its sockets and control groups. */
async function setUp(
  groups: VassalGroups,
  { plan, sockets: specs }: OneRun,
  sockets: VassalSockets,
): Promise<RunEnd | { readonly fds: readonly number[] }> {
  const failed = (failure: StartFailure) => ({
    ...endOf(plan, { failure }),
    begun: NOT_BEGUN,
    sent: new Set<string>(),
  });
  let fds: readonly number[];
  try {
    fds = await sockets.open(specs);
  } catch (error) {
    return failed({ kind: 'socket', error: error as SocketError });
  }
  try {
    if (plan.cgroups) await groups.setUp(plan.cgroups);
    return { fds };
  } catch (error) {
    return failed({ kind: 'cgroup', error: error as CgroupError });
  }
}

function start(
  engine: Engine,
  run: OneRun,
  stdio: JailStdio,
  groups: VassalGroups,
  terminal: ReturnType<typeof onTerminal> | undefined,
  sockets: readonly number[],
  done: (end: RunEnd) => void,
): void {
  let failure: StartFailure | undefined;
  let execdAt: number | null = null;
  const begun: Begun = { ...NOT_BEGUN };
  const pipe = new OnePipe(engine.native, run.plan, sockets);
  const handlers: JailHandlers = {
    // Hooks beside the jail write there too.
    jailer: (pid) => {
      begun.jailerPid = pid;
      pipe.given();
      if (run.plan.hooks === undefined) terminal?.closeSlave();
    },
    waiting: (what) => {
      if (what !== null) run.waiting(what);
    },
    started: (pid) => {
      execdAt = performance.now();
      begun.pid = pid;
      begun.startedAt = Date.now() / 1000;
      relay.started();
    },
    failed: (what) => {
      failure = what;
    },
    output: () => {},
    hookFailed: (what) => run.trouble(new Error(failureText(what, run.plan))),
    trouble: run.trouble,
    ended: (command, init) => {
      pipe.close();
      const sent = relay.takeBack();
      const uptimeMs = execdAt === null ? null : performance.now() - execdAt;
      const oomKills = groups.newOomKills();
      done({ ...endOf(run.plan, { command, init, failure, oomKills, uptimeMs }), begun, sent });
    },
  };
  const jail = spawnJail(engine, run.plan, stdio, groups.home, handlers, pipe.passed);
  const relay = relaySignals(run.uwsgi ? asUwsgi(jail) : jail, run.stopTimeoutMs);
}

interface End {
  readonly command?: CommandExit | null;
  readonly init?: ExitStatus | null;
  readonly failure?: StartFailure | undefined;
  readonly oomKills?: number;
  readonly uptimeMs?: number | null;
}

function endOf(
  plan: Plan,
  { command = null, init = null, failure, oomKills = 0, uptimeMs = null }: End,
): Omit<OneFacts, 'begun'> {
  const exit = lastExit({
    command,
    init,
    failure: failure && { failure, plan },
    killed: undefined,
    waitingFor: null,
    oomKills,
    uptimeMs,
    at: Date.now() / 1000,
  });
  return { exit, command, failure: failure ? failureFacts(failure, plan) : null };
}

/** Those that come before there is a jail: what is being made must not outlive us. They are sent again when it is there. */
export function holdSignals(): () => void {
  const held: NodeJS.Signals[] = [];
  const listener = (name: NodeJS.Signals) => held.push(name);
  for (const name of RELAYED) process.on(name, listener);
  return () => {
    for (const name of RELAYED) process.off(name, listener);
    for (const name of held) process.kill(process.pid, name);
  };
}

export function hangUp(): void {
  process.kill(process.pid, 'SIGHUP');
}

export interface Relay {
  /** The command runs: what came since it was begun is passed on. */
  started(): void;
  /** The end. Tells which signals were sent by us. */
  takeBack(): ReadonlySet<string>;
}

/** A second TERM or INT, or the stop timeout after the first, ends the whole jail; so does the first before there is a command. */
export function relaySignals(jail: Commanded, stopTimeoutMs: number): Relay {
  let timer: NodeJS.Timeout | undefined;
  const sent = new Set<string>();
  const held: (readonly [NodeJS.Signals, number])[] = [];
  const kill = () => {
    sent.add('SIGKILL');
    jail.kill();
  };
  const passOn = (name: NodeJS.Signals, number: number) => {
    const ends = ENDING.has(name);
    if (ends) jail.announce('stop');
    jail.signal(number);
    if (ends) timer ??= setTimeout(kill, stopTimeoutMs);
  };
  const listener = (name: NodeJS.Signals, number: number) => {
    sent.add(name);
    // A terminal that is closed may tell it twice.
    if (ENDING.has(name) && timer !== undefined && name !== 'SIGHUP') return kill();
    if (jail.commandPid !== null) return passOn(name, number);
    held.push([name, number]);
    if (ENDING.has(name)) timer ??= setTimeout(kill, ON_ITS_WAY_MS);
  };
  for (const name of RELAYED) process.on(name, listener);
  return {
    started: () => {
      clearTimeout(timer);
      timer = undefined;
      for (const each of held.splice(0)) passOn(...each);
    },
    takeBack: () => {
      clearTimeout(timer);
      for (const name of RELAYED) process.off(name, listener);
      return sent;
    },
  };
}

/** A signal that nobody here sent is told, as a shell does. */
function messageOf({ exit, sent }: RunEnd, keys: readonly string[]): string | undefined {
  if (TOLD.includes(exit.reason)) return exit.message;
  const { signal, brief } = exit;
  const known =
    signal === null || sent.has(signal) || keys.includes(signal) || QUIET_SIGNALS.includes(signal);
  return known ? undefined : brief;
}

function exitCode(end: LastExit): number {
  if (end.reason === 'setup') return SETUP_FAILED;
  if (end.code !== null) return end.code;
  return 128 + (signalNumber(end.signal) ?? 0);
}
