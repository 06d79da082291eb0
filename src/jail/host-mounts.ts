// Takes away what a hook has mounted on the host.
import { step } from '../plan/step.ts';
import { Helper } from './hook-run.ts';
import type { HostMount, JailParts, SpawnFailure } from './jail.ts';

/** umount2(2): MNT_DETACH. */
const DETACH = 2;
/** Somebody has unmounted it before us. */
const EINVAL = 22;

/** `name` is that of the vassal. Resolves with why it is still there. */
export async function unmount(
  parts: JailParts,
  name: string,
  { target, mount }: HostMount,
): Promise<SpawnFailure | undefined> {
  const umount = step('hook-umount', [target, DETACH, mount]);
  const helper = new Helper(parts, {
    steps: [step('session'), step('helper'), umount, step('hook-done')],
    name,
    stdio: 'null',
    variables: [],
    output: () => {},
    mounted: () => {},
  });
  const failure = await helper.end;
  return failure?.kind === 'hook' && failure.failure.errno === EINVAL ? undefined : failure;
}
