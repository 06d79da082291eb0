// Would uWSGI take its file as it is now? A running instance reads it anew when it reloads, and is no more when it cannot:
// so another one reads it first, with the ids and in the directory of the vassal, and ends before anything is done of it. What it
// reads may name programs and plugins that are run at once: they have no more than they would have in the jail.
import type { Origin } from '../config/origin.ts';
import { HostProgram, type ProgramParts } from '../jail/host-program.ts';
import type { NativeError } from '../jail/native.ts';
import { flagsOf } from '../plan/namespaces.ts';
import { leavesFiles } from '../plan/root.ts';
import type { Plan, Step, StepName } from '../plan/step.ts';
import type { Planned } from './planned.ts';

export interface Refusal {
  readonly at: Origin;
  readonly message: string;
}

/** `exit` is carried out when the command line has been read, and the file with it; options without effect before all are
 *  known have none yet. */
const GOOD = 77;
const BAD = 1;
/** Includes may be programs, or come from elsewhere. Who knows nothing by then lets it be. */
const PATIENCE_MS = 5000;

/** Steps that make the trial the same user in the same place. */
const KEPT: ReadonlySet<StepName> = new Set([
  'session',
  'umask',
  'chdir',
  'chdir-or-root',
  'bounding-set',
  'drop-bounding',
  'keep-caps',
  'groups',
  'gid',
  'uid',
  'capabilities',
  'trim-capabilities',
  'ambient',
  'ambient-unless-root',
  'no-new-privs',
  'landlock',
  'seccomp',
  'signals',
  'other-programs',
]);
/** Steps that make files, or users, others than they are out here. */
const ELSEWHERE =
  /^(root-|put-|pivot-root|chroot|switch-root|mount$|setns$|hook-|await-hooks|own-user|find-|groups-found)/;
/** In which nothing has to be set up for a program that only reads. */
const BARE = flagsOf(new Set(['net', 'pid', 'ipc', 'uts']));
const PIPES = /^(UWSGI_EMPEROR_|LISTEN_)/;

/** Undefined: nothing is known to be wrong. */
export async function refusalOf(
  { config, plan }: Pick<Planned, 'config' | 'plan'>,
  parts: ProgramParts,
): Promise<Refusal | undefined> {
  const steps = config.uwsgi?.canBeTried ? trialSteps(plan) : undefined;
  if (steps === undefined) return undefined;
  const said = await complaintOf(steps, namespacesOf(plan), parts);
  return said === undefined ? undefined : { at: config.command.at, message: `uWSGI refuses it: ${said}` };
}

/** Undefined: it can only be tried in the jail. */
export function trialSteps({ steps }: Pick<Plan, 'steps'>): readonly Step[] | undefined {
  if (steps.some((each) => ELSEWHERE.test(each.name) && !leavesFiles(each))) return undefined;
  return steps.flatMap((each) => {
    if (each.name === 'exec') return [{ ...each, args: trialArguments(each.args) }];
    return KEPT.has(each.name) ? [each] : [];
  });
}

/** Without an init of its own the jailer clones them, when it forks the command. */
function namespacesOf({ cloneFlags, steps }: Plan): number {
  const later = steps.find(({ name }) => name === 'init')?.args[3];
  return (cloneFlags | Number(later ?? 0)) & BARE;
}

/** `args`: how many words, the words, `NAME=value`s. */
function trialArguments([count = '0', ...rest]: readonly string[]): string[] {
  const words = Number(count);
  const environment = rest.slice(words).filter((each) => !PIPES.test(each));
  return [String(words + 1), ...rest.slice(0, words), `--exit=${GOOD}`, ...environment];
}

async function complaintOf(
  steps: readonly Step[],
  cloneFlags: number,
  parts: ProgramParts,
): Promise<string | undefined> {
  try {
    const program = new HostProgram(parts, steps, [], undefined, cloneFlags);
    const timer = setTimeout(() => program.kill(), PATIENCE_MS);
    const { code, said } = await program.end;
    clearTimeout(timer);
    return code === BAD ? said : undefined;
  } catch (error) {
    // Not even the descriptors could be had: that says nothing about the file.
    if ((error as NativeError).syscall === undefined) throw error;
    return undefined;
  }
}
