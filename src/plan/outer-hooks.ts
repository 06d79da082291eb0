// What is done beside a jail, by helpers that act for the Emperor: each list of steps is a whole plan.
import type { HookAction } from '../config/hooks/actions.ts';
import type { OuterPhase, Phase } from '../config/hooks/phases.ts';
import type { HookSettings } from '../config/hooks/settings.ts';
import type { Located } from '../config/origin.ts';
import { shares, type Tenant } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import {
  actionStep,
  DEFAULT_TIMEOUT_MS,
  directoryOfHooks,
  environmentStep,
  HOOK_PATH,
  isDoneOutside,
  phaseStep,
  timeoutOf,
} from './hook-steps.ts';
import { flagsOf } from './namespaces.ts';
import { NO_STEPS, type OuterHooks, type Step, step } from './step.ts';
import { becomeTenant } from './tenant.ts';

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
  if (actions === undefined && setns.length === 0) return undefined;
  const chains = (phase: Phase | OuterPhase) => {
    const { daemon, tenant } = shares(actions?.get(phase) ?? []);
    const plans = [helperPlan(config, phase, daemon), helperPlan(config, phase, tenant, 0, config.tenant)];
    return plans.filter((plan) => plan.length > 0);
  };
  const hooks: OuterHooks = {
    beforeVassal: chains('as-emperor-before-vassal'),
    asEmperor: [
      ...chains('as-emperor'),
      ...setns.map(({ value, at }) =>
        helperPlan(config, 'as-emperor-setns', [{ value: value.action, at }], flagsOf(value.namespaces)),
      ),
    ].filter((plan) => plan.length > 0),
    postJail: isDoneOutside(config, 'post-jail') ? chains('post-jail') : [],
    afterVassal: helperPlan(config, 'vassals-stop-hook', actions?.get('vassals-stop-hook') ?? []),
    timeoutMs: timeoutOf(config),
    directory: directoryOfHooks(config),
  };
  const { beforeVassal, asEmperor, postJail, afterVassal } = hooks;
  const isIdle = beforeVassal.length + asEmperor.length + postJail.length + afterVassal.length === 0;
  const mounts = [...(actions?.values() ?? [])].flat().some(({ value }) => value.name === 'mount');
  return isIdle && (config.namespaces.value.has('fs') || !mounts) ? undefined : hooks;
}

/** What is done beside the Emperor when the vassal begins to wait on demand. */
export function waitingHook(config: VassalConfig): readonly Step[] {
  if (!config.onDemand) return NO_STEPS;
  return helperPlan(config, 'as-on-demand-vassal', config.hooks.actions?.get('as-on-demand-vassal') ?? []);
}

/** `join`: flags of the namespaces of the jail to act in. `tenant`: acts as him, and gets no rights by programs, since what he
 *  leaves running must be his to end. */
function helperPlan(
  config: VassalConfig,
  phase: string,
  chain: readonly Located<HookAction>[],
  join = 0,
  tenant: Tenant | undefined = undefined,
): readonly Step[] {
  const [first] = chain;
  if (first === undefined) return [];
  return [
    step('session'),
    step('helper'),
    ...(tenant ? [...becomeTenant(tenant), step('no-new-privs')] : []),
    step('chdir-or-root', [tenant ? config.directory : directoryOfHooks(config)]),
    environmentStep(config),
    phaseStep(config, phase),
    ...(join === 0 ? [] : [step('hook-join', [join], first.at)]),
    ...chain.map((each) => actionStep(each, (join & NEWNS) === 0)),
    step('hook-done'),
  ];
}
