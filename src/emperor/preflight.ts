// What keeps a plan from starting and can be seen before anything is stopped for it. Only what is surely wrong is told: where
// it cannot be decided from here, the start decides.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Problem } from '../config/problems/problem.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { Plan, StepName } from '../plan/step.ts';
import { UWSGI_PACKAGE } from './exit-words.ts';
import { type Kind, kindOf } from './path-kind.ts';
import { type Obstacle, obstaclesOfGroups } from './preflight-cgroups.ts';
import { isPutTogether, obstaclesOfRoot } from './preflight-root.ts';

/** As the jailer has it where the environment has no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The kernel looks no further for the end of a `#!` line (linux/binfmts.h: BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;
/** The file may be another one by now: a FIFO would keep a thread for ever. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Not of `obstaclesTo`: the vassal runs all the same, its lines are lost. */
export async function obstacleToLog({ log: { value, at } }: Pick<VassalConfig, 'log'>): Promise<Problem[]> {
  if (value.kind !== 'file' || value.owner) return [];
  const directory = posix.dirname(value.path);
  const complaint = complaintOfDirectory(directory, await kindOf(directory));
  if (complaint === undefined) return [];
  return [
    { ...at, severity: 'warning', code: 'cannot-log', message: `log file ${value.path}: ${complaint}` },
  ];
}

/** Warnings with the code `cannot-start`, at the lines that ask for what is not there. */
export async function obstaclesTo(plan: Plan): Promise<Problem[]> {
  // Root sees more than a tenant is to be told.
  if (plan.tenant) return [];
  if (plan.steps.some(({ name }) => isHook(name))) return [];
  const others = [...(await obstaclesOfGroups(plan.cgroups)), ...(await obstaclesOfRoot(plan))];
  const isKnown = !isPutTogether(plan) && argumentsOf(plan, 'other-programs').length === 0;
  return [...others, ...(isKnown ? await obstaclesOfCommand(plan) : [])].map(asObstacle);
}

export function asObstacle({ at, message }: Obstacle): Problem {
  return { ...at, severity: 'warning', code: 'cannot-start', message };
}

async function obstaclesOfCommand(plan: Plan): Promise<Obstacle[]> {
  const directory = argumentsOf(plan, 'chdir')[0];
  const complaints = [
    { step: 'chdir', message: directory && complaintOfDirectory(directory, await kindOf(directory)) },
    { step: 'exec', message: await complaintOfCommand(argumentsOf(plan, 'exec'), directory ?? '/') },
  ] as const;
  return complaints.flatMap(({ step, message }) => {
    const at = plan.steps.find(({ name }) => name === step)?.at;
    return at && message ? [{ at, message }] : [];
  });
}

/** A hook may mount or make whatever is missing. */
function isHook(name: StepName): boolean {
  return name.startsWith('hook-') || name === 'await-hooks';
}

function argumentsOf(plan: Plan, step: StepName): readonly string[] {
  return plan.steps.find(({ name }) => name === step)?.args ?? [];
}

function complaintOfDirectory(path: string, kind: Kind): string | undefined {
  if (kind === 'nothing') return `${path} is not there`;
  return kind === 'file' || kind === 'program' ? `${path} is not a directory` : undefined;
}

/** `args`: of the step `exec`: how many words, the words, `NAME=value`s. */
async function complaintOfCommand(args: readonly string[], directory: string): Promise<string | undefined> {
  const [count = '0', program = ''] = args;
  if (program.includes('/')) return complaintOfProgram(posix.resolve(directory, program));
  const environment = args.slice(1 + Number(count));
  const path = environment.find((each) => each.startsWith('PATH='))?.slice('PATH='.length) ?? DEFAULT_PATH;
  const candidates = path.split(':').map((each) => posix.resolve(directory, each, program));
  const kinds = await Promise.all(candidates.map(kindOf));
  const usable = kinds.findIndex(mayBeProgram);
  if (usable >= 0) return complaintOfScript(candidates[usable] ?? '');
  const meant = kinds.findIndex((kind) => kind === 'file' || kind === 'directory');
  if (meant < 0 && program === 'uwsgi') return `no program \`uwsgi\` in PATH: ${UWSGI_PACKAGE}`;
  return meant < 0 ? `no program \`${program}\` in PATH` : complaintOf(candidates[meant] ?? '', kinds[meant]);
}

/** Where a daemon that is not root may not look, its commands may not either; root is refused for other reasons. */
function mayBeProgram(kind: Kind): boolean {
  return kind === 'program' || kind === 'unknown' || (kind === 'forbidden' && process.geteuid?.() === 0);
}

async function complaintOfProgram(path: string): Promise<string | undefined> {
  return complaintOf(path, await kindOf(path)) ?? complaintOfScript(path);
}

function complaintOf(path: string, kind: Kind | undefined): string | undefined {
  const flaw = flawOf(kind);
  return flaw && `${path} ${flaw}`;
}

/** Of what should be a program. */
function flawOf(kind: Kind | undefined): string | undefined {
  if (kind === 'nothing') return 'is not there';
  if (kind === 'directory') return 'is a directory';
  return kind === 'file' ? 'is not executable' : undefined;
}

async function complaintOfScript(path: string): Promise<string | undefined> {
  const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(await headOf(path))?.[1];
  if (!interpreter?.startsWith('/')) return undefined;
  const flaw = flawOf(await kindOf(interpreter));
  return flaw && `${path} wants the interpreter ${interpreter}, which ${flaw}`;
}

/** Empty: it may not be read, so it cannot be told. */
async function headOf(path: string): Promise<string> {
  const file = await open(path, FLAGS).catch(() => undefined);
  try {
    if (!(await file?.stat())?.isFile()) return '';
    const head = await file?.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return head?.buffer.toString('latin1', 0, head.bytesRead) ?? '';
  } catch {
    return '';
  } finally {
    await file?.close();
  }
}
