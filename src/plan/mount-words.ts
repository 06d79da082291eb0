// Flags of mount(2) as words, for people who read a plan: the jailer gets their number.
import { MOUNT_FLAGS, MS } from '../config/mount-flags.ts';
import type { StepName } from './step.ts';

/** The first name of each. */
const WORDS = Object.values(MS).flatMap((flag): (readonly [number, string])[] => {
  const name = Object.entries(MOUNT_FLAGS).find(([, each]) => each === flag)?.[0];
  return name === undefined ? [] : [[flag, name]];
});

/** Which argument of a step is such a number. */
const PLACES: Partial<Readonly<Record<StepName, number>>> = {
  mount: 3,
  'hook-mount': 3,
  'put-bind': 2,
  'fresh-proc': 0,
  'put-mount': 2,
  'put-mount-if-there': 2,
  'put-overlay': 4,
};

/** The arguments with words in the place of flags; a number that has none stays. */
export function withMountWords(name: StepName, args: readonly string[]): readonly string[] {
  const place = PLACES[name];
  return place === undefined ? args : args.map((word, index) => (index === place ? wordsOf(word) : word));
}

function wordsOf(number: string): string {
  const flags = Number(number);
  const known = WORDS.filter(([flag]) => (flags & flag) !== 0);
  const rest = known.reduce((left, [flag]) => left - flag, flags);
  if (rest !== 0 || !Number.isSafeInteger(flags)) return number;
  return known.length === 0 ? '-' : known.map(([, word]) => word).join(',');
}
