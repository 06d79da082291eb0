// Removes mount targets that a jail has made on a file system of the host, as far as they still are what was made.
import { constants } from 'node:os';
import { type Step, step } from '../plan/step.ts';
import { Helper } from './hook-run.ts';
import type { JailParts, SpawnFailure } from './jail.ts';
import type { RootTarget } from './root-uses.ts';

export interface Unmade {
  /** Somebody else uses that root: nothing was removed. */
  readonly busy: boolean;
  readonly failure: SpawnFailure | undefined;
}

/** A file system whose server is gone must not keep a vassal from its next start. */
const PATIENCE_MS = 10_000;
const { EACCES, EAGAIN, ENOENT, ENOTDIR } = constants.errno;
/** Somebody has it, or it is a directory that we may not read. */
const UNLOCKABLE: readonly number[] = [EAGAIN, EACCES];
const GONE: readonly number[] = [ENOENT, ENOTDIR];

/** `targets` in the order in which they were made, all of one directory, by whatever path. `name` is that of the vassal. */
export async function unmake(
  parts: JailParts,
  name: string,
  targets: readonly RootTarget[],
): Promise<Unmade> {
  // It forks nobody: orphans of others are not its affair.
  const helper = new Helper(
    { ...parts, endOrphans: async () => {} },
    {
      steps: stepsFor(targets),
      name,
      stdio: 'null',
      variables: [],
      output: () => {},
      mounted: () => {},
    },
  );
  const timer = setTimeout(() => helper.kill(), PATIENCE_MS);
  const failure = await helper.end;
  clearTimeout(timer);
  if (failure === undefined) return { busy: false, failure };
  if (failure.kind !== 'hook') return { busy: true, failure };
  const { step: index, errno } = failure.failure;
  const failed = failure.steps[index]?.name;
  if (failed === 'lock-alone')
    return { busy: errno === EAGAIN, failure: UNLOCKABLE.includes(errno) ? undefined : failure };
  const isGone = failed === 'root-at' && GONE.includes(errno);
  return { busy: false, failure: isGone ? undefined : failure };
}

/** In reverse: one may lie in the other. */
function stepsFor(targets: readonly RootTarget[]): Step[] {
  const steps = [step('session'), step('helper')];
  let at: string | undefined;
  for (const { root, kind, path, identity } of [...targets].reverse()) {
    if (root !== at) steps.push(step('root-at', [root]));
    if (at === undefined) steps.push(step('lock-alone'));
    at = root;
    steps.push(step('unmake', [kind, path, identity]));
  }
  return [...steps, step('hook-done')];
}
