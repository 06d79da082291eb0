// A plan as the jailer reads it: strings ended by NUL — name, number of arguments, the arguments.
import type { Plan } from './step.ts';

/** A plan is carried out again and again: the second time must cost nothing. */
const ENCODED = new WeakMap<Plan, Uint8Array>();

/** Throws RangeError on a NUL inside an argument: the config layer refuses those with a line. */
export function encodePlan(plan: Plan): Uint8Array {
  const known = ENCODED.get(plan);
  if (known) return known;
  const encoded = encode(plan);
  ENCODED.set(plan, encoded);
  return encoded;
}

function encode(plan: Plan): Uint8Array {
  const words = plan.steps.flatMap((step) => [step.name, String(step.args.length), ...step.args]);
  if (words.some((word) => word.includes('\0'))) throw new RangeError(`NUL in the plan of ${plan.name}`);
  return Buffer.from(`${words.join('\0')}\0`);
}
