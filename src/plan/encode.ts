// A plan as the jailer reads it: strings ended by NUL — name, number of arguments, the arguments.
import type { Plan } from './step.ts';

/** Throws RangeError on a NUL inside an argument: the config layer refuses those with a line. */
export function encodePlan(plan: Plan): Uint8Array {
  const words: string[] = [];
  for (const step of plan.steps) {
    words.push(step.name, String(step.args.length), ...step.args);
  }
  if (words.some((word) => word.includes('\0'))) throw new RangeError(`NUL in the plan of ${plan.name}`);
  return Buffer.from(`${words.join('\0')}\0`);
}
