// In tyrant mode: where a vassal's set-up becomes its tenant's. Without a user namespace of his own root does what the daemon's
// config asks for, then becomes the tenant, and only then comes what the tenant asks for. With one all of it is his from the
// moment when the ids are mapped.
import type { HookAction } from '../config/hooks/actions.ts';
import { PHASES, type Phase } from '../config/hooks/phases.ts';
import { isNew } from '../config/namespaces.ts';
import type { Located } from '../config/origin.ts';
import { shares, type Tenant } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { limitSteps } from './command.ts';
import { actionStep, environmentStep, isDoneOutside, phaseStep } from './hook-steps.ts';
import { type Step, step } from './step.ts';

type Chain = readonly Located<HookAction>[];

/** As in uWSGI they come after the drop, whoever has asked for them. */
const AFTER_DROP: readonly Phase[] = ['vassals-start-hook', 'as-vassal'];
const UP_TO_AS_ROOT = PHASES.slice(0, PHASES.indexOf('as-user'));

/** Does root set this vassal up for a tenant? */
export function dropsToTenant(config: VassalConfig): boolean {
  return config.tenant !== undefined && !isNew(config, 'user');
}

/** Is a tenant root of the jail's user namespace, so that its jailer may be his? */
export function isTenantsJail(config: VassalConfig): boolean {
  return config.tenant !== undefined && isNew(config, 'user');
}

/** For good: nothing of root is left. */
export function becomeTenant({ uid, gid, groups }: Tenant): Step[] {
  return [
    step('groups', groups),
    step('gid', [gid]),
    step('uid', [uid]),
    // With SECBIT_NO_SETUID_FIXUP the change of uid takes none away (capabilities(7)).
    step('capabilities', []),
  ];
}

/** What of a phase is done in its place. */
export function hooksInPlace(config: VassalConfig, phase: Phase): Chain {
  const chain = config.hooks.actions?.get(phase) ?? [];
  if (!dropsToTenant(config) || !UP_TO_AS_ROOT.includes(phase)) return chain;
  return AFTER_DROP.includes(phase) ? [] : shares(chain).daemon;
}

/** After the ids: what a tenant's file asks for, and where he may not go the vassal does not go either. */
export function tenantSteps(config: VassalConfig): Step[] {
  if (!dropsToTenant(config)) return [];
  const { exactly, ambient } = config.privileges;
  const phases = UP_TO_AS_ROOT.map((phase) => [phase, hooksAfterDrop(config, phase)] as const);
  const wanted = phases.filter(([, chain]) => chain.length > 0);
  return [
    ...(exactly || ambient ? [] : [step('capabilities', [])]),
    ...(wanted.length > 0 ? [environmentStep(config), step('chdir-or-root', [config.directory])] : []),
    ...wanted.flatMap(([phase, chain]) => [
      phaseStep(config, phase),
      ...chain.map((each) => actionStep(each, false)),
    ]),
    ...limitSteps(config, 'tenant'),
  ];
}

function hooksAfterDrop(config: VassalConfig, phase: Phase): Chain {
  if (isDoneOutside(config, phase)) return [];
  const chain = config.hooks.actions?.get(phase) ?? [];
  return AFTER_DROP.includes(phase) ? chain : shares(chain).tenant;
}
