// Steps of the hooks of one phase.
import type { Phase } from '../config/hooks.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { Step } from './step.ts';

export function hookSteps(_config: VassalConfig, _phase: Phase): Step[] {
  return [];
}
