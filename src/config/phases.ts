// The phases of hooks: those of a jail, and those beside it.

/** Those of a jail's set-up and life, in the order in which they come (uWSGI: "Hooks"). */
export const PHASES = [
  'asap',
  'as-vassal-before-drop',
  'vassals-start-hook',
  'as-vassal',
  'pre-jail',
  'post-jail',
  'in-jail',
  'as-root',
  'as-user',
  'as-user-atexit',
] as const;
export type Phase = (typeof PHASES)[number];

/** Those that the daemon carries out beside the jail. */
export const OUTER_PHASES = [
  'emperor-start',
  'as-emperor-before-vassal',
  'as-emperor',
  'vassals-stop-hook',
] as const;
export type OuterPhase = (typeof OUTER_PHASES)[number];
