// A plan as the jailer reads it: strings ended by NUL — name, number of arguments, the arguments.
import type { Plan } from './step.ts';

/** Throws RangeError on a NUL inside an argument: the config layer refuses those with a line. */
export function encodePlan(plan: Plan): string {
  const words: string[] = [];
  const take = (word: string) => {
    if (word.includes('\0')) throw new RangeError(`NUL in the plan of ${plan.name}`);
    words.push(word);
  };
  for (const { name, args } of plan.steps) {
    words.push(name, String(args.length));
    // An iterator for each step would be the most of what this takes.
    args.forEach(take);
  }
  words.push('');
  return words.join('\0');
}
