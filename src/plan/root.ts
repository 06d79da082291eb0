// Steps that make the jail's root file system.
import type { VassalConfig } from '../config/vassal-config.ts';
import { type Step, step } from './step.ts';

/** mount(2): MS_NOSUID | MS_NODEV | MS_NOEXEC. */
const PROC_FLAGS = 2 | 4 | 8;

export function rootSteps({ namespaces: { value, at } }: VassalConfig): Step[] {
  if (!value.has('pid') || !value.has('fs')) return [];
  return [step('mount', ['proc', '/proc', 'proc', PROC_FLAGS, ''], at)];
}

/** After the last hook that may need them: what the command shall not see goes. */
export function closeRoot(_config: VassalConfig): Step[] {
  return [];
}
