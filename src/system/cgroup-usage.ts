// What control groups use at this moment, with the groups below them, counted for many of them in few calls off the loop.
import { inParts, type ReadTexts, textsOf } from './kernel-texts.ts';

/** Null: it cannot be told. */
export interface CgroupUsage {
  readonly memoryBytes: number | null;
  readonly cpuUsec: number | null;
  readonly pids: number | null;
}

/** See Native.readUsage(). */
export type ReadUsage = (groups: string, done: (numbers: Float64Array) => void) => void;

const NUMBERS = 3;

/** In the order of `groups`, which may be gone. */
export function readUsage(groups: readonly string[], read: ReadUsage): Promise<CgroupUsage[]> {
  return inParts(groups, async (part) => {
    const numbers = await numbersOf(part, read);
    return part.map((_, index) => usageIn(numbers, index * NUMBERS));
  });
}

function numbersOf(groups: readonly string[], read: ReadUsage): Promise<Float64Array> {
  return new Promise((resolve) => read(groups.join('\0'), resolve));
}

function usageIn(numbers: Float64Array, at: number): CgroupUsage {
  return {
    memoryBytes: told(numbers[at]),
    cpuUsec: told(numbers[at + 1]),
    pids: told(numbers[at + 2]),
  };
}

function told(number = Number.NaN): number | null {
  return Number.isNaN(number) ? null : number;
}

/** Out-of-memory kills since each group was made; undefined: not counted. */
export function readOomKills(
  groups: readonly string[],
  readFiles: ReadTexts,
): Promise<(number | undefined)[]> {
  return inParts(groups, async (part) => {
    const texts = await textsOf(
      part.map((group) => `${group}/memory.events`),
      readFiles,
    );
    return texts.map((text) => field(text, 'oom_kill'));
  });
}

function field(text: string, name: string): number | undefined {
  const at = text.startsWith(name) ? 0 : text.indexOf(`\n${name} `) + 1;
  return text.startsWith(`${name} `, at) ? Number.parseInt(text.slice(at + name.length + 1), 10) : undefined;
}
