// The phases of a start, and what each vassal wants done in them.
import type { Values } from './options-read.ts';

/** Those of a jail's set-up and life, in the order in which they come (uWSGI: "Hooks"). */
export const PHASES = [
  'as-vassal-before-drop',
  'as-vassal',
  'pre-jail',
  'post-jail',
  'in-jail',
  'as-root',
  'as-user',
] as const;
export type Phase = (typeof PHASES)[number];

export type HookSettings = Readonly<Record<string, never>>;

export function hookSettings(_values: Values): HookSettings {
  return {};
}
