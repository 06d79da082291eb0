// When a vassal that ended may start again. Pure: the clock and the dice are given.

export interface BackoffPolicy {
  readonly restartDelayMs: number;
  readonly maxRestartDelayMs: number;
  /** Uptime from which a vassal counts as stable; 0 = always stable. */
  readonly stableAfterMs: number;
  /** Starts in a row without becoming stable; 0 = no limit. */
  readonly startLimit: number;
}

const JITTER = 0.1;

/** Was a run of `uptimeMs` (null: never exec'd) a stable one? */
export function wasStable(policy: BackoffPolicy, uptimeMs: number | null): boolean {
  return uptimeMs !== null && uptimeMs >= policy.stableAfterMs;
}

/** Milliseconds before the next start after `failures` ends in a row that were not stable; a stable run's end (0) restarts
 *  at once. `random` is in [0, 1): the delay is spread by ±10 % so that what fails together does not return together. */
export function restartDelay(policy: BackoffPolicy, failures: number, random: number): number {
  if (failures === 0) return 0;
  const doubled = policy.restartDelayMs * 2 ** Math.min(failures - 1, 40);
  return Math.round(Math.min(doubled, policy.maxRestartDelayMs) * (1 - JITTER + 2 * JITTER * random));
}
