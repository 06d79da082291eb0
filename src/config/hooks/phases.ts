// The phases of hooks: those of a jail, and those beside it (uWSGI: "Hooks").

/** After the command was exec'd, in its jail: never fatal. */
export const LATER_PHASES = ['emperor-stop', 'emperor-reload', 'emperor-lost', 'as-user-atexit'] as const;

/** Those of a jail's set-up and life, in the order in which they come. */
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
  ...LATER_PHASES,
] as const;
export type Phase = (typeof PHASES)[number];

/** Those that the daemon carries out beside the jail. */
export const OUTER_PHASES = [
  'emperor-start',
  'as-emperor-before-vassal',
  'as-emperor',
  'as-on-demand-vassal',
  'vassals-stop-hook',
] as const;
export type OuterPhase = (typeof OUTER_PHASES)[number];
