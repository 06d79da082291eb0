// A plan of steps alone, for helpers that are no jail.
import type { Plan, Step } from './step.ts';

export function barePlan(name: string, steps: readonly Step[]): Plan {
  return {
    name,
    cloneFlags: 0,
    steps,
    outside: undefined,
    cgroups: undefined,
    hostSockets: [],
    ownPidNamespace: false,
    owner: undefined,
  };
}
