// What of a plan's root file system is sure to fail: a root or a source that is not there, where nothing before may make it.
import { leavesFiles } from '../plan/root.ts';
import type { Plan, Step, StepName } from '../plan/step.ts';
import { type Kind, kindOf } from './path-kind.ts';
import type { Obstacle } from './preflight-cgroups.ts';

const PLACES: ReadonlySet<StepName> = new Set(['root-at', 'root-bind']);
/** Their first argument is a path of the host. */
const SOURCES: ReadonlySet<StepName> = new Set(['put-bind', 'put-overlay']);
/** What happens before that may change what is there. */
const CHANGES = /^setns/;

/** Is a path to the command another one than to us? */
export function isPutTogether({ steps }: Plan): boolean {
  return steps.some((each) => (PLACES.has(each.name) || each.name.startsWith('put-')) && !leavesFiles(each));
}

export async function obstaclesOfRoot({ steps, hooks }: Plan): Promise<Obstacle[]> {
  const place = steps.findIndex(({ name }) => PLACES.has(name));
  if (place < 0 || hooks !== undefined) return [];
  if (steps.slice(0, place).some(({ name }) => CHANGES.test(name))) return [];
  const relevant = steps.slice(place).filter((step, index, all) => !isCovered(step, all.slice(0, index)));
  const complaints = await Promise.all(relevant.map(complaintOf));
  return complaints.flatMap((obstacle) => obstacle ?? []);
}

/** May something that was put there before have what is missing now? */
function isCovered({ args: [path = ''] }: Step, before: readonly Step[]): boolean {
  return before.some(({ args }) => args.some((each) => each.startsWith('/') && path.startsWith(`${each}/`)));
}

async function complaintOf({ name, args: [path = ''], at }: Step): Promise<Obstacle | undefined> {
  if (at === undefined || !(PLACES.has(name) || SOURCES.has(name))) return undefined;
  const words = wordsOf(await kindOf(path), name !== 'put-bind');
  return words === undefined ? undefined : { at, message: `${path} ${words}` };
}

function wordsOf(kind: Kind, directory: boolean): string | undefined {
  if (kind === 'nothing') return 'is not there';
  return directory && (kind === 'file' || kind === 'program') ? 'is not a directory' : undefined;
}
