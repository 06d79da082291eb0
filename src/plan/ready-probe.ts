// `ready = socket:…`: a helper goes where the command is, and waits there until somebody listens. As it is done beside the jail,
// nothing of it is in the command's way.
// In tyrant mode the address is a tenant's word: root goes where his vassal is, and looks as him.
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';
import { becomeTenant } from './tenant.ts';

/** Whoever waits for the helper knows when it has been long enough. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** `pid` is the command's. */
export function readyProbe(
  { ready, tenant }: Pick<VassalConfig, 'ready' | 'tenant'>,
  pid: number,
): readonly Step[] {
  if (ready.kind !== 'socket') return [];
  return [
    step('session'),
    step('helper'),
    step('enter-jail', [pid]),
    ...(tenant ? becomeTenant(tenant) : []),
    step('hook-phase', ['ready', FOR_EVER_MS]),
    step('hook-wait', ['socket', ready.name, ready.address]),
    step('hook-done'),
  ];
}
