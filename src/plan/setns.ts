// Steps that join the namespaces of others, and let others join those of the jail.
import { isNew } from '../config/namespaces.ts';
import { isTenants } from '../config/tenant.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { killFdOf } from './init.ts';
import { type Step, step } from './step.ts';

/** Whom a user namespace cannot name it sees as this (proc(5): kernel/overflowuid): the host's root is one. */
const OVERFLOW_UID = 65_534;
const NOBODY = -1;
const NONE: readonly never[] = [];

export function setnsSteps(config: VassalConfig): Step[] {
  return config.setns.join.map(({ value, at }) =>
    step('setns', [value, otherPeer(config), killFdOf(config)], at),
  );
}

/** When the jail is as it will be, while there are rights to bind where it is wanted. */
export function setnsSocketSteps(config: VassalConfig): Step[] {
  const { serve } = config.setns;
  if (serve === undefined) return [];
  return [step('setns-socket', [serve.value.path, otherPeer(config), ...serve.value.offered], serve.at)];
}

/** Sockets that a jail which is killed leaves where the Emperor can see them: without a root of its own. */
export function hostSockets(config: VassalConfig): readonly string[] {
  const { serve } = config.setns;
  const isKnownToUs = serve !== undefined && config.root.own === undefined && !isTenants(serve);
  return isKnownToUs ? [serve.value.path] : NONE;
}

/** Who may speak to us besides root and our own user. */
function otherPeer(config: VassalConfig): number {
  return isNew(config, 'user') ? OVERFLOW_UID : NOBODY;
}
