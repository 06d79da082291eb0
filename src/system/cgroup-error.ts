// Why a control group cannot be as a config wants it, with the line that wants it.
import type { Origin } from '../config/origin.ts';

export class CgroupError extends Error {
  /** `cgroup /sys/fs/cgroup/web`. */
  readonly what: string;
  readonly at: Origin | undefined;
  /** In words, or the system call that failed. */
  readonly why: string | NodeJS.ErrnoException;
  readonly hint: string | undefined;

  constructor(what: string, at: Origin | undefined, why: string | NodeJS.ErrnoException, hint?: string) {
    super(`${what}: ${typeof why === 'string' ? why : why.message}`);
    this.what = what;
    this.at = at;
    this.why = why;
    this.hint = hint;
  }
}

/** Errors of `work` become a CgroupError about `what`. */
export async function doing<T>(
  what: string,
  at: Origin | undefined,
  hints: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CgroupError) throw error;
    const failure = error as NodeJS.ErrnoException;
    throw new CgroupError(what, at, failure, hints[failure.code ?? '']);
  }
}
