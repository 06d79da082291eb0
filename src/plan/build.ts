// VassalConfig → plan, in the one order of set-up (design: "Order of set-up"), whatever the config lists first.
// Why this order: what needs root comes before the ids are dropped, what the init must not share comes after `init`.
import type { VassalConfig } from '../config/vassal-config.ts';
import { groupSteps, groupsToSetUp } from './cgroup.ts';
import { becomeCommand, directoryStep, limitSteps, prepareCommand } from './command.ts';
import type { PlanContext } from './context.ts';
import { awaitEmperor, hookSteps, laterHooks } from './hooks.ts';
import { hostIdsOf } from './host-ids.ts';
import { initStep } from './init.ts';
import { lookUpSteps } from './look-up.ts';
import { cloneFlagsOf, mountsOfOurOwn, NEWUSER, newNamespaces, unshareSteps } from './namespaces.ts';
import { notifySteps } from './notify.ts';
import { opening } from './opening.ts';
import { outerHooks, waitingHook } from './outer-hooks.ts';
import { outsideWork } from './outside.ts';
import { passedFds } from './passed.ts';
import { withLatePid } from './pending-pid.ts';
import { privilegeSteps } from './privileges.ts';
import { reforkSteps } from './reforks.ts';
import { closeRoot, rootSteps } from './root.ts';
import { hostSockets, setnsSocketSteps, setnsSteps } from './setns.ts';
import { inTurn, NO_STEPS, type Plan, type Step } from './step.ts';
import { dropsToTenant, tenantSteps } from './tenant.ts';

export type { PlanContext } from './context.ts';

export function buildPlan(config: VassalConfig, context: PlanContext): Plan {
  const flags = cloneFlagsOf(config);
  const outside = outsideWork(config, context);
  const start = opening(config, outside);
  return {
    name: config.name,
    // Without an init the command is to be pid 1: the jailer stays outside as its guard and clones the namespaces itself.
    cloneFlags: config.init.value ? flags : flags & NEWUSER,
    outside,
    cgroups: groupsToSetUp(config),
    sockets: config.sockets.length > 0 ? config.sockets : undefined,
    hostSockets: hostSockets(config),
    ownPidNamespace: config.init.value && config.namespaces.value.has('pid'),
    hooks: outerHooks(config),
    waiting: waitingHook(config),
    passed: passedFds(config),
    owner: context.uid === 0 ? hostIdsOf(config) : undefined,
    tenant: config.tenant,
    steps: config.init.value
      ? withLatePid(
          inTurn(
            start,
            insideNamespaces(config),
            notifySteps(config),
            initStep(config, 0),
            ofTheCommand(config, context),
          ),
        )
      : inTurn(
          start,
          initStep(config, flags & ~NEWUSER),
          insideNamespaces(config),
          ofTheCommand(config, context),
        ),
  };
}

/** As root of the jail. */
function insideNamespaces(config: VassalConfig): readonly Step[] {
  return inTurn(
    awaitEmperor(config),
    mountsOfOurOwn(config),
    hookSteps(config, 'asap'),
    hookSteps(config, 'as-vassal-before-drop'),
    hookSteps(config, 'vassals-start-hook'),
    hookSteps(config, 'as-vassal'),
    setnsSteps(config),
    groupSteps(config),
    hookSteps(config, 'pre-jail'),
    // First: root of a user namespace that is unshared has no say over what the clone made.
    newNamespaces(config),
    unshareSteps(config, 'unshare'),
    hookSteps(config, 'post-jail'),
    reforkSteps(config, 'post-jail'),
    rootSteps(config),
    unshareSteps(config, 'unshare2'),
    hookSteps(config, 'in-jail'),
    reforkSteps(config, 'as-root'),
    hookSteps(config, 'as-root'),
    closeRoot(config),
    reforkSteps(config, 'before-init'),
    lookUpSteps(config),
    setnsSocketSteps(config),
  );
}

function ofTheCommand(config: VassalConfig, context: PlanContext): readonly Step[] {
  return inTurn(
    prepareCommand(config, context),
    dropsToTenant(config) ? NO_STEPS : inTurn(limitSteps(config, 'tenant'), directoryStep(config)),
    privilegeSteps(config),
    tenantSteps(config),
    dropsToTenant(config) ? directoryStep(config) : NO_STEPS,
    hookSteps(config, 'as-user'),
    laterHooks(config),
    reforkSteps(config, 'last'),
    becomeCommand(config, context),
  );
}
