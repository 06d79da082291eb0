// Flags of mount(2) and umount2(2) as words, for people who read a plan: the jailer gets their number.
import { type FlagTable, MOUNT_FLAGS, UMOUNT_FLAGS } from '../config/hooks/mount-flags.ts';
import type { StepName } from './step.ts';

type Words = readonly (readonly [number, string])[];

const MOUNT = wordsIn(MOUNT_FLAGS);
const UMOUNT = wordsIn(UMOUNT_FLAGS);

/** Which argument of a step is such a number. */
const PLACES: Partial<Readonly<Record<StepName, readonly [number, Words]>>> = {
  mount: [3, MOUNT],
  'hook-mount': [3, MOUNT],
  'hook-umount': [1, UMOUNT],
  'hold-tree': [1, MOUNT],
  'put-bind': [2, MOUNT],
  'put-bind-if-there': [2, MOUNT],
  'fresh-proc': [0, MOUNT],
  'put-mount': [2, MOUNT],
  'put-mount-if-there': [2, MOUNT],
  'put-overlay': [4, MOUNT],
};

/** The first name of each flag, in the order of their numbers. */
function wordsIn(table: FlagTable): Words {
  const first = new Map<number, string>();
  for (const [name, flag] of Object.entries(table)) if (flag !== 0 && !first.has(flag)) first.set(flag, name);
  return [...first].sort(([a], [b]) => a - b);
}

/** The arguments with words in the place of flags; a number that has none stays. */
export function withMountWords(name: StepName, args: readonly string[]): readonly string[] {
  const [place, words] = PLACES[name] ?? [];
  if (words === undefined) return args;
  return args.map((word, index) => (index === place ? wordsOf(word, words) : word));
}

function wordsOf(number: string, words: Words): string {
  const flags = Number(number);
  const known = words.filter(([flag]) => (flags & flag) !== 0);
  const rest = known.reduce((left, [flag]) => left - flag, flags);
  if (rest !== 0 || !Number.isSafeInteger(flags)) return number;
  return known.length === 0 ? '-' : known.map(([, word]) => word).join(',');
}
