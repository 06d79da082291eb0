// What is done beside a jail, by helpers that act for the Emperor: each list of steps is a whole plan.
import type { HookAction } from '../config/hooks/actions.ts';
import type { OuterPhase, Phase } from '../config/hooks/phases.ts';
import type { HookSettings } from '../config/hooks/settings.ts';
import type { Located } from '../config/origin.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import {
  actionStep,
  DEFAULT_TIMEOUT_MS,
  environmentStep,
  HOOK_PATH,
  phaseStep,
  timeoutOf,
} from './hook-steps.ts';
import { isDoneOutside } from './hooks.ts';
import { flagsOf } from './namespaces.ts';
import { type OuterHooks, type Step, step } from './step.ts';

const NEWNS = flagsOf(new Set(['fs']));

/** For the daemon itself, before it governs anybody. */
export function emperorStart(hooks: HookSettings | undefined, directory: string): readonly Step[] {
  const chain = hooks?.actions?.get('emperor-start') ?? [];
  if (chain.length === 0) return [];
  return [
    step('session'),
    step('helper'),
    step('chdir-or-root', [directory]),
    step('hook-environment', [HOOK_PATH]),
    step('hook-phase', ['emperor-start', hooks?.timeoutMs ?? DEFAULT_TIMEOUT_MS]),
    ...chain.map((each) => actionStep(each, false)),
    step('hook-done'),
  ];
}

/** What helpers beside the Emperor do, each as a whole plan; undefined: nothing. */
export function outerHooks(config: VassalConfig): OuterHooks | undefined {
  const { actions, setns = [] } = config.hooks;
  const chain = (phase: Phase | OuterPhase) => helperPlan(config, phase, actions?.get(phase) ?? []);
  const hooks: OuterHooks = {
    beforeVassal: chain('as-emperor-before-vassal'),
    asEmperor: [
      chain('as-emperor'),
      ...setns.map(({ value, at }) =>
        helperPlan(config, 'as-emperor-setns', [{ value: value.action, at }], flagsOf(value.namespaces)),
      ),
    ].filter((plan) => plan.length > 0),
    postJail: isDoneOutside(config, 'post-jail') ? chain('post-jail') : [],
    afterVassal: chain('vassals-stop-hook'),
    timeoutMs: timeoutOf(config),
    directory: config.directory,
  };
  const { beforeVassal, asEmperor, postJail, afterVassal } = hooks;
  const isIdle = beforeVassal.length + asEmperor.length + postJail.length + afterVassal.length === 0;
  const mounts = [...(actions?.values() ?? [])].flat().some(({ value }) => value.name === 'mount');
  return isIdle && (config.namespaces.value.has('fs') || !mounts) ? undefined : hooks;
}

/** What is done beside the Emperor when the vassal begins to wait on demand. */
export function waitingHook(config: VassalConfig): readonly Step[] {
  if (!config.onDemand) return [];
  return helperPlan(config, 'as-on-demand-vassal', config.hooks.actions?.get('as-on-demand-vassal') ?? []);
}

/** `join`: flags of the namespaces of the jail to act in. */
function helperPlan(
  config: VassalConfig,
  phase: string,
  chain: readonly Located<HookAction>[],
  join = 0,
): readonly Step[] {
  const [first] = chain;
  if (first === undefined) return [];
  return [
    step('session'),
    step('helper'),
    step('chdir-or-root', [config.directory]),
    environmentStep(config),
    phaseStep(config, phase),
    ...(join === 0 ? [] : [step('hook-join', [join], first.at)]),
    ...chain.map((each) => actionStep(each, (join & NEWNS) === 0)),
    step('hook-done'),
  ];
}
