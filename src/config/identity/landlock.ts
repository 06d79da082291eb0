// Files that the command may use, when it may not use all (landlock(7)).
import type { Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import type { LandlockRule } from '../vassal-config.ts';

const NONE: readonly Located<LandlockRule>[] = [];

export function landlockOf(values: Values): readonly Located<LandlockRule>[] {
  if (values.last('landlock-ro') === undefined && values.last('landlock-rw') === undefined) return NONE;
  const rules = (option: 'landlock-ro' | 'landlock-rw', writable: boolean) =>
    values.all(option).map(({ value: path, at }) => ({ value: { path, writable }, at }));
  return [...rules('landlock-ro', false), ...rules('landlock-rw', true)];
}
