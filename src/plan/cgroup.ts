// Steps that join control groups which the launcher cannot clone into.
import type { VassalConfig } from '../config/vassal-config.ts';
import type { Step } from './step.ts';

export function groupSteps(_config: VassalConfig): Step[] {
  return [];
}
