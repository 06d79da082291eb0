// `tsjail enter`: a shell or a command in the jail of a vassal that runs.
import { accessSync, constants } from 'node:fs';
import { PATHS } from '../control/protocol.ts';
import { type EnterEnd, enterVassal } from '../emperor/enter.ts';
import { failureFacts, failureText, lastExit } from '../emperor/exit-words.ts';
import type { OneFacts } from '../emperor/run-facts.ts';
import type { NumberedEvent, VassalEntry } from '../emperor/view.ts';
import { type EnterAs, type Entering, enterPlan } from '../plan/enter.ts';
import type { Ids, Plan } from '../plan/step.ts';
import { type ProcessRights, rightsOf } from '../system/process-rights.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout } from './daemon.ts';
import { printEnd } from './end-json.ts';
import { EXIT, Failure, UsageError } from './errors.ts';
import { followOn } from './follow.ts';

/** As of docker(1), env(1) and a shell: the command could not be run, and was not found. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export async function enter(call: Call): Promise<number> {
  const [name = '', ...command] = call.operands.map(({ value }) => value);
  const { user } = call.options;
  if (user !== undefined && call.options['as-vassal']) throw new UsageError('either --user or --as-vassal');
  const entry = await askAbout(call, name, (client) => client.get<VassalEntry>(PATHS.entry(name)));
  const entering = enteringOf(call, entry, command);
  const plan = enterPlan(entry.name, entering.entering);
  const { terminal } = entering.entering;
  let watch: Watch | undefined;
  const end = await enterVassal({
    plan,
    terminal,
    owner: entering.owner,
    // Where no group holds it, the vassal's end would not be its end.
    begun: (stop) => {
      if (entering.entering.groups.length === 0) watch = endWith(call, entry, stop);
    },
  });
  watch?.close();
  return tell(call, entry, plan, end);
}

interface Ready {
  readonly entering: Entering;
  readonly owner: Ids | undefined;
}

function enteringOf(call: Call, entry: VassalEntry, command: readonly string[]): Ready {
  const { pid, startTicks } = entry;
  if (pid === null || startTicks === null) throw notRunning(entry);
  const rights = readRights(entry, pid);
  const as = asWhom(call, entry, rights);
  const isRoot = process.getuid?.() === 0;
  const isItself = 'uid' in as && as.uid === rights.uid;
  // A tenant has written them: nobody else is to run what he has put there.
  const trusts = isItself || !entry.isTenants;
  return {
    entering: {
      pid,
      startTicks,
      groups: entry.groups.filter((directory) => isRoot || mayWrite(`${directory}/cgroup.procs`)),
      groupsMayFail: !isRoot,
      as,
      keepsGroups: rights.keepsGroups,
      bounding: rights.bounding,
      ambient: isItself ? rights.ambient : [],
      noNewPrivs: rights.noNewPrivs,
      restrictions: entry.restrictions,
      terminal: call.io.stdinIsTTY && call.io.out.isTTY,
      directory: entry.directory,
      command: command.length > 0 ? command : undefined,
      shell: trusts ? (entry.shell ?? undefined) : undefined,
      environment: environmentOf(call, entry.name, trusts ? (entry.path ?? PATH) : PATH),
    },
    owner: isRoot ? ownerOf(as, rights) : undefined,
  };
}

/** Only what the terminal is, of our own. */
function environmentOf({ io }: Call, name: string, path: string): string[] {
  const term = io.env.TERM;
  return [`PATH=${path}`, 'HOME=/', `TSJAIL_VASSAL=${name}`, ...(term ? [`TERM=${term}`] : [])];
}

function asWhom({ options }: Call, { isTenants }: VassalEntry, rights: ProcessRights): EnterAs {
  const { user } = options;
  if (user !== undefined) return { user };
  if (options['as-vassal'] || isTenants) {
    const { uid, gid, groups } = rights;
    return { uid, gid, groups };
  }
  if (rights.outside('uid', 0) === undefined || rights.outside('gid', 0) === undefined)
    throw new Failure(
      EXIT.failed,
      'its user namespace has no root: --as-vassal enters as who its command is',
    );
  return { uid: 0, gid: 0, groups: [] };
}

/** Of the terminal, out here. Whom a name means, the jailer finds out, as root of the jail. */
function ownerOf(as: EnterAs, rights: ProcessRights): Ids | undefined {
  const { uid: insideUid, gid: insideGid } = 'uid' in as ? as : { uid: 0, gid: 0 };
  const uid = rights.outside('uid', insideUid);
  const gid = rights.outside('gid', insideGid);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function readRights(entry: VassalEntry, pid: number): ProcessRights {
  try {
    return rightsOf(pid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') throw notRunning(entry);
    if (code === 'EACCES' || code === 'EPERM')
      throw new Failure(EXIT.permission, `${shown(entry.name)}: not ours to enter (are you root?)`);
    throw error;
  }
}

function notRunning({ name, state }: VassalEntry): Failure {
  const what =
    state === 'running' ? 'it has just ended' : `it is ${state === 'backoff' ? 'in backoff' : state}`;
  return new Failure(
    EXIT.notRunning,
    `${shown(name)} is not running: ${what}; see \`tsjail status ${shown(name)}\``,
  );
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

interface Watch {
  close(): void;
}

/** A daemon that goes away ends nobody: its vassals are another matter. */
function endWith(call: Call, { name }: VassalEntry, stop: () => void): Watch {
  let over = false;
  let hangUp = () => {};
  let last: number | undefined;
  const following = followOn(call, '', {
    path: () => (last === undefined ? PATHS.events : PATHS.eventsAfter(last)),
    heard: (_kind, data) => {
      const { vassal, event, seq } = data as Partial<NumberedEvent>;
      last = seq ?? last;
      if (vassal === name && (event === 'exit' || event === 'removed')) stop();
    },
    begun: (end, after) => {
      last ??= after;
      hangUp = end;
      if (over) end();
    },
    isOver: () => over,
    again: () => {},
  });
  following.catch(() => {});
  return {
    close: () => {
      over = true;
      hangUp();
    },
  };
}

function tell({ io, options }: Call, entry: VassalEntry, plan: Plan, end: EnterEnd): number {
  const { failure } = end;
  const status = failure === undefined ? statusOf(end.command) : statusWithout(failure, plan);
  if (status === undefined) throw notRunning(entry);
  if (options.json) {
    printEnd(io, { name: entry.name, status, message: undefined, facts: factsOf(plan, end) });
  } else if (failure !== undefined) {
    io.err.write(`tsjail: ${shown(entry.name)}: ${shown(failureText(failure, plan))}\n`);
    if (status !== EXIT.setUpFailed && plan.steps.some(({ name }) => name === 'other-programs'))
      io.err.write('tsjail: there is no shell: give a command after `--`\n');
  }
  return status;
}

/** Undefined: there is nothing to be entered any more. */
function statusWithout(failure: NonNullable<EnterEnd['failure']>, plan: Plan): number | undefined {
  const step = failure.kind === 'step' ? plan.steps[failure.failure.step]?.name : undefined;
  const errno =
    failure.kind === 'step' ? failure.failure.errno : failure.kind === 'native' ? failure.error.errno : 0;
  if (step === 'enter' && errno === ESRCH) return undefined;
  if (step !== 'exec') return EXIT.setUpFailed;
  // A directory of PATH that may not be searched makes that EACCES.
  const isMissing =
    errno === ENOENT || (failure.kind === 'step' && failure.failure.detail.endsWith('is not in PATH'));
  return isMissing ? NOT_FOUND : CANNOT_RUN;
}

function factsOf(plan: Plan, { failure, command, begun }: EnterEnd): OneFacts {
  const at = Date.now() / 1000;
  const exit = lastExit({
    command,
    init: null,
    failure: failure && { failure, plan },
    killed: undefined,
    oomKills: 0,
    waitingFor: null,
    uptimeMs: begun.startedAt === null ? null : (at - begun.startedAt) * 1000,
    at,
  });
  return { exit, command, failure: failure ? failureFacts(failure, plan) : null, begun };
}

const ENOENT = 2;
const ESRCH = 3;

/** Null: its guard was killed, and it with that; so it is when the vassal is stopped. */
function statusOf(command: EnterEnd['command']): number {
  if (command === null) return 128 + 9;
  return command.code ?? 128 + (command.signal ?? 0);
}
