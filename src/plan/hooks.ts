// Steps of the hooks that the jailer itself does: those of each phase of the start, and those of a process that waits for what
// happens to the command.

import { LATER_PHASES, PHASES, type Phase } from '../config/hooks/phases.ts';
import { newBy } from '../config/namespaces.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import {
  actionStep,
  directoryOfHooks,
  environmentStep,
  isDoneOutside,
  phaseStep,
  timeoutOf,
} from './hook-steps.ts';
import { NO_STEPS, type Step, step } from './step.ts';
import { hooksInPlace } from './tenant.ts';

/** The root is the host's still: a relative path is relative to the vassal's directory, as in uWSGI. */
const BEFORE_ROOT: readonly Phase[] = PHASES.slice(0, PHASES.indexOf('in-jail'));
const MOST_MS = 2 ** 32 - 1;

export function hookSteps(config: VassalConfig, phase: Phase): readonly Step[] {
  if (config.hooks.actions === undefined) return NO_STEPS;
  if (isDoneOutside(config, phase))
    return config.hooks.actions.has(phase) ? [step('await-hooks', [phase])] : [];
  if (!hasHooks(config, phase)) return [];
  return [...beforeFirst(config, phase), ...chainSteps(config, phase)];
}

/** As the first step of a jail that the Emperor has something to do for when it is there. */
export function awaitEmperor({ hooks }: VassalConfig): Step[] {
  const isWanted = hooks.actions?.has('as-emperor') || (hooks.setns ?? []).length > 0;
  return isWanted ? [step('await-hooks', ['as-emperor'])] : [];
}

/** A process that is as the command will be does them, when its init tells it what has happened. */
export function laterHooks(config: VassalConfig): Step[] {
  const phases = LATER_PHASES.filter((phase) => hasHooks(config, phase));
  const [first] = phases;
  if (first === undefined) return [];
  const steps = [
    ...phases.flatMap((phase) => [step('hook-on', [phase]), ...chainSteps(config, phase)]),
    step('hook-done'),
  ];
  const patience = Math.min(timeoutOf(config) * steps.length, MOST_MS);
  return [...beforeFirst(config, first), step('hook-later', [steps.length, patience]), ...steps];
}

function hasHooks(config: VassalConfig, phase: Phase): boolean {
  return hooksInPlace(config, phase).length > 0;
}

function chainSteps(config: VassalConfig, phase: Phase): Step[] {
  const onHost = !newBy(config, phase).has('fs') && isRootOfHost(config, phase);
  const chain = hooksInPlace(config, phase);
  return [phaseStep(config, phase), ...chain.map((each) => actionStep(each, onHost))];
}

/** Else a path here is another one to the Emperor, which could not undo what was done there. */
function isRootOfHost({ root }: VassalConfig, phase: Phase): boolean {
  return root.own === undefined || BEFORE_ROOT.includes(phase);
}

/** What all hooks of the jail share. */
function beforeFirst(config: VassalConfig, phase: Phase): Step[] {
  const first = PHASES.find((each) => hasHooks(config, each) && !isDoneOutside(config, each));
  if (phase !== first) return [];
  const directory = BEFORE_ROOT.includes(phase) ? [step('chdir-or-root', [directoryOfHooks(config)])] : [];
  return [environmentStep(config), ...directory];
}
