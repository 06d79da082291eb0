// Where the plan forks: for a pid namespace that was unshared, of which only children of who unshared it are part
// (pid_namespaces(7)), and wherever the config asks for it.
import type { Located } from '../config/origin.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { killFdOf } from './init.ts';
import { freshProc } from './root.ts';
import { type Step, step } from './step.ts';

export type ReforkPlace = 'post-jail' | 'as-root' | 'before-init' | 'last';

/** The init shall be pid 1 of the namespace, not stand outside of it: where only the last refork is asked for, it comes
 *  before the init already. A fresh /proc comes with the root file system, or with the fork that is later than that. */
export function reforkSteps(config: VassalConfig, place: ReforkPlace): Step[] {
  const { postJail, asRoot, last } = config.refork;
  const isEarly = config.init.value && isPidPending(config);
  const asked = {
    'post-jail': postJail,
    'as-root': asRoot,
    'before-init': isEarly ? last : undefined,
    last: isEarly ? undefined : last,
  }[place];
  if (asked === undefined) return [];
  const steps = [step('refork', [killFdOf(config)], asked.at)];
  if ((place === 'as-root' && isPidLeftBy(config, postJail)) || place === 'before-init')
    steps.push(...freshProc(config));
  return steps;
}

/** Is there a pid namespace that no refork before the init enters? */
function isPidPending(config: VassalConfig): boolean {
  return config.refork.asRoot === undefined && isPidLeftBy(config, config.refork.postJail);
}

function isPidLeftBy({ unshare, unshare2 }: VassalConfig, postJail: Located<boolean> | undefined): boolean {
  return (
    unshare2?.value.has('pid') === true || (unshare?.value.has('pid') === true && postJail === undefined)
  );
}
