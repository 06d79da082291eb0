// Steps of the process that becomes the command: limits and directory before its ids are taken, the exec after.
import { isNew } from '../config/namespaces.ts';
import { RESOURCES } from '../config/resources.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { PlanContext } from './context.ts';
import { commandEnvironment } from './environment.ts';
import { ownTerminal } from './look-up.ts';
import { passSteps } from './passed.ts';
import { type Step, step } from './step.ts';

const NOFILE_SOFT = '1024';

export function prepareCommand(config: VassalConfig, context: PlanContext): Step[] {
  const inUserNamespace = isNew(config, 'user');
  const steps: Step[] = context.terminal ? [step('terminal'), ...ownTerminal(config)] : [];
  steps.push(...limits(config));
  if (config.prio && !inUserNamespace) steps.push(step('nice', [config.prio.value], config.prio.at));
  if (config.oomScoreAdj && !inUserNamespace) {
    steps.push(step('oom-score-adj', [config.oomScoreAdj.value], config.oomScoreAdj.at));
  }
  steps.push(step('umask', [config.umask.value.toString(8)], config.umask.at));
  steps.push(
    config.chdir
      ? step('chdir', [config.chdir.value], config.chdir.at)
      : step('chdir-or-root', [config.directory]),
  );
  return steps;
}

function limits(config: VassalConfig): Step[] {
  const steps: Step[] = [];
  // Node has raised its own soft limit to the hard one.
  if (config.limits.get('nofile')?.value.soft === undefined)
    steps.push(step('rlimit', [RESOURCES.nofile?.number ?? 7, NOFILE_SOFT, '-']));
  for (const [name, { value, at }] of config.limits) {
    steps.push(step('rlimit', [RESOURCES[name]?.number ?? -1, half(value.soft), half(value.hard)], at));
  }
  return steps;
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
    step('exec', [command.value.length, ...command.value, ...env], command.at),
  ];
}

function otherPrograms({ uwsgi, command }: VassalConfig): Step[] {
  const { before = [], after = [] } = uwsgi ?? {};
  const names = [...before, ...after];
  return names.length === 0 ? [] : [step('other-programs', [before.length, ...names], command.at)];
}
