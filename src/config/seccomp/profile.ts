// What a filter of system calls allows (seccomp(2)): data, to be made a program of by plan/seccomp.

/** What becomes of a call, as the kernel's return values have it (linux/seccomp.h). */
export const ACTIONS = {
  KILL_PROCESS: 0x8000_0000,
  KILL_THREAD: 0,
  TRAP: 0x0003_0000,
  ERRNO: 0x0005_0000,
  TRACE: 0x7ff0_0000,
  LOG: 0x7ffc_0000,
  ALLOW: 0x7fff_0000,
} as const;

export const OPERATORS = ['EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'MASKED_EQ'] as const;
export type Operator = (typeof OPERATORS)[number];

/** One argument of a call. With MASKED_EQ `value` is the mask, and `other` what is compared. */
export interface Condition {
  readonly index: number;
  readonly operator: Operator;
  readonly value: bigint;
  readonly other: bigint;
}

export interface Rule {
  readonly names: readonly string[];
  readonly action: number;
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
}

export interface Profile {
  /** Of calls that no rule is about. */
  readonly otherwise: number;
  /** Of calls whose number nobody knew when the profile was written. */
  readonly unknown: number;
  /** Those with conditions come first; of the others the first one counts. */
  readonly rules: readonly Rule[];
  /** SECCOMP_FILTER_FLAG_… */
  readonly flags: number;
}

export function failing(errno: number): number {
  return ACTIONS.ERRNO | errno;
}
