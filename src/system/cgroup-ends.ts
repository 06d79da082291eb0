// The ends of control groups, what they have counted and their removal: those of one turn of the loop in one trip to the thread pool.
// A stop of all is a thousand of them, and to wake a thread for each takes longer than what it does.

/** `numbers`, three for each: µs of processor time and out-of-memory kills, NaN where it cannot be told; errno of rmdir(2), or 0. */
export type EndGroups = (paths: string, done: (numbers: Float64Array) => void) => void;

export interface GroupEnd {
  readonly cpuUsec: number | undefined;
  readonly oomKills: number | undefined;
  /** Why it is there still; 0: it is not. */
  readonly errno: number;
}

interface Waiting {
  readonly resolve: (end: GroupEnd) => void;
  readonly reject: (error: Error) => void;
}

const NUMBERS = 3;

export class GroupEnds {
  readonly #endGroups: EndGroups;
  #paths: string[] = [];
  #waiting: Waiting[] = [];

  constructor(endGroups: EndGroups) {
    this.#endGroups = endGroups;
  }

  end(path: string): Promise<GroupEnd> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // Behind all news that the loop has in this turn.
      if (this.#paths.push(path) === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    const paths = this.#paths.join('\0');
    this.#paths = [];
    this.#waiting = [];
    try {
      this.#endGroups(paths, (numbers) => {
        waiting.forEach(({ resolve }, index) => {
          resolve(endAt(numbers, index * NUMBERS));
        });
      });
    } catch (error) {
      for (const { reject } of waiting) reject(error as Error);
    }
  }
}

function endAt(numbers: Float64Array, at: number): GroupEnd {
  return { cpuUsec: known(numbers[at]), oomKills: known(numbers[at + 1]), errno: numbers[at + 2] ?? 0 };
}

function known(number: number | undefined): number | undefined {
  return Number.isNaN(number) ? undefined : number;
}
