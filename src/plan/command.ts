// Steps of the process that becomes the command: limits and directory before its ids are taken, the exec after.
import { isNew } from '../config/namespaces.ts';
import { RESOURCES } from '../config/resources.ts';
import { isTenants, type Whose } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { PlanContext } from './context.ts';
import { commandEnvironment } from './environment.ts';
import { filterSteps, hasNoNewPrivsOff } from './filter.ts';
import { ownTerminal } from './look-up.ts';
import { passSteps } from './passed.ts';
import { NO_STEPS, type Step, step } from './step.ts';

const NOFILE_SOFT = '1024';
const OWN_NOFILE: readonly Step[] = [step('rlimit', [RESOURCES.nofile?.number ?? 7, NOFILE_SOFT, '-'])];

export function prepareCommand(config: VassalConfig, context: PlanContext): Step[] {
  const inUserNamespace = isNew(config, 'user');
  const steps: Step[] = context.terminal ? [step('terminal'), ...ownTerminal(config)] : [];
  steps.push(...ownNofile(config), ...limitSteps(config, 'daemon'));
  if (config.prio && !inUserNamespace) steps.push(step('nice', [config.prio.value], config.prio.at));
  if (config.oomScoreAdj && !inUserNamespace) {
    steps.push(step('oom-score-adj', [config.oomScoreAdj.value], config.oomScoreAdj.at));
  }
  steps.push(step('umask', [config.umask.value.toString(8)], config.umask.at));
  return steps;
}

export function directoryStep({ chdir, directory }: VassalConfig): Step {
  return chdir ? step('chdir', [chdir.value], chdir.at) : step('chdir-or-root', [directory]);
}

/** Node has raised its own soft limit to the hard one. */
function ownNofile({ limits }: VassalConfig): readonly Step[] {
  if (limits.get('nofile')?.value.soft !== undefined) return NO_STEPS;
  return OWN_NOFILE;
}

export function limitSteps({ limits }: VassalConfig, whose: Whose): Step[] {
  const asked = [...limits].filter(([, limit]) => isTenants(limit) === (whose === 'tenant'));
  return asked.map(([name, { value, at }]) =>
    step('rlimit', [RESOURCES[name]?.number ?? -1, half(value.soft), half(value.hard)], at),
  );
}

function half(value: number | undefined): string {
  if (value === undefined) return '-';
  return value === Number.POSITIVE_INFINITY ? 'inf' : String(value);
}

/** death-signal comes after the ids: the kernel clears it on a credential change (prctl(2)). */
export function becomeCommand(config: VassalConfig, context: PlanContext): Step[] {
  const { command } = config;
  const env = commandEnvironment(config, context.environment);
  return [
    step('signals'),
    step('death-signal'),
    step('close-fds'),
    ...passSteps(config),
    ...otherPrograms(config),
    ...(hasNoNewPrivsOff(config) ? [] : filterSteps(config)),
    step('exec', [String(command.value.length)].concat(command.value, env), command.at),
  ];
}

function otherPrograms({ uwsgi, command }: VassalConfig): Step[] {
  const { before = [], after = [] } = uwsgi ?? {};
  const names = [...before, ...after];
  return names.length === 0 ? [] : [step('other-programs', [before.length, ...names], command.at)];
}
