// Counts the out-of-memory kills of a v1 memory group: `oom_kill` of memory.oom_control (since Linux 4.13).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export class OomCounter {
  readonly group: string;
  readonly #file: string;
  #told: number;

  /** What was counted before is not told; undefined: all that was counted until now. */
  constructor(group: string, told?: number) {
    this.group = group;
    this.#file = join(group, 'memory.oom_control');
    this.#told = told ?? this.#count();
  }

  get told(): number {
    return this.#told;
  }

  /** Since the last call. */
  fresh(): number {
    const count = this.#count();
    const fresh = Math.max(0, count - this.#told);
    this.#told = count;
    return fresh;
  }

  /** Zero where there is no such file: the group has no memory controller. */
  #count(): number {
    try {
      return Number(/^oom_kill (\d+)$/m.exec(readFileSync(this.#file, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  }
}
