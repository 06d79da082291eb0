// `tsjail enter`: a command in the jail of a vassal that runs, with a terminal of its own when we have one. Of our descriptors
// it never gets one that is a terminal: what is pushed into that, or obeyed by it, would be ours.
import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { JailHandlers, JailParts, JailStdio, SpawnFailure } from '../jail/jail.ts';
import { JailedProcess } from '../jail/jailed-process.ts';
import type { CommandExit } from '../jail/messages.ts';
import { loadNative, type Native } from '../jail/native.ts';
import type { Ids, Plan } from '../plan/step.ts';
import { sweepOrphans } from '../system/orphans.ts';
import { ADDON_PATH, JAILER_PATH } from '../system/paths.ts';
import { type Begun, NOT_BEGUN } from './run-facts.ts';
import { hangUp, holdSignals, type Relay, relaySignals } from './run-one.ts';
import { giveStdio } from './stdio-owner.ts';
import { onTerminal } from './terminal.ts';

export interface EnterRun {
  readonly plan: Plan;
  /** The plan was made for one. */
  readonly terminal: boolean;
  /** Who shall own what the command gets as terminal; undefined: as it is. */
  readonly owner: Ids | undefined;
  /** Given the way to end it, once it is under way. */
  readonly begun: (end: () => void) => void;
}

export interface EnterEnd {
  readonly failure: SpawnFailure | undefined;
  /** Null: nobody could tell any more. */
  readonly command: CommandExit | null;
  readonly begun: Begun;
}

const NEW_PIPE = -1;
/** After a signal that asks it to end. */
const PATIENCE_MS = 10_000;

/** Resolves when the command has ended. */
export async function enterVassal(run: EnterRun): Promise<EnterEnd> {
  const native = loadNative(ADDON_PATH);
  native.becomeSubreaper();
  const orphans = sweepOrphans(native);
  const nullFd = openSync('/dev/null', 'r+');
  const jailerFd = native.openJailer(JAILER_PATH);
  const parts = { native, jailerFd, nullFd, endOrphans: () => orphans.end() };
  const terminal = run.terminal ? onTerminal(native, hangUp) : undefined;
  try {
    if (terminal && run.owner) giveStdio(terminal.slaveStdio, run.owner, true);
    return await carryOut(parts, run, terminal);
  } finally {
    terminal?.restore();
    orphans.close();
    closeSync(nullFd);
    native.close(jailerFd);
  }
}

async function carryOut(
  parts: JailParts & { readonly native: Native },
  run: EnterRun,
  terminal: ReturnType<typeof onTerminal> | undefined,
): Promise<EnterEnd> {
  const release = holdSignals();
  let failure: SpawnFailure | undefined;
  const stdio = terminal?.slaveStdio ?? ownStdio(parts.nullFd);
  const ours = isatty(1) ? process.stdout : process.stderr;
  const begun: Begun = { ...NOT_BEGUN };
  let relay: Relay | undefined;
  const end = await new Promise<EnterEnd>((resolve) => {
    const handlers: JailHandlers = {
      jailer: (pid) => {
        begun.jailerPid = pid;
        terminal?.closeSlave();
      },
      waiting: () => {},
      started: (pid) => {
        begun.pid = pid;
        begun.startedAt = Date.now() / 1000;
        relay?.started();
      },
      failed: (what) => {
        failure = what;
      },
      output: (chunk) => ours.write(Buffer.from(chunk)),
      trouble: () => {},
      ended: (command) => resolve({ failure, command, begun }),
    };
    const jail = JailedProcess.spawn(parts, run.plan, stdio, undefined, handlers);
    relay = relaySignals(jail, PATIENCE_MS);
    release();
    run.begun(() => jail.kill());
  });
  relay?.takeBack();
  return end;
}

/** Files, pipes and sockets are passed on; instead of a terminal there is nothing to read, and a pipe to write to. */
function ownStdio(nullFd: number): JailStdio {
  return [isatty(0) ? nullFd : 0, isatty(1) ? NEW_PIPE : 1, isatty(2) ? NEW_PIPE : 2];
}
