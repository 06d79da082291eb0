// Somebody who exchanges a name with others all the time (test/helpers/swap.c), and how many rounds a race has.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { tempDirectory } from './temp-directory.ts';

const SOURCE = fileURLToPath(new URL('swap.c', import.meta.url));

/** TSJAIL_ROUNDS asks for the long form; time limits grow with it. */
export function raceRounds(short: number): { readonly rounds: number; readonly limitMs: number } {
  const rounds = Number(process.env.TSJAIL_ROUNDS) || short;
  return { rounds, limitMs: 60_000 + rounds * 500 };
}

/** Until the test is over; resolves when it has begun. */
export async function swapping(name: string, others: readonly string[]): Promise<void> {
  const program = join(tempDirectory(), 'swap');
  execFileSync('g++', ['-x', 'c', '-O1', '-Wall', '-o', program, SOURCE], { stdio: 'inherit' });
  const child = spawn(program, [name, ...others], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    // Its status may be gone: an engine in this process reaps whomever it does not know.
    const end = once(child.stdout, 'close');
    child.stdout.resume();
    child.stdin.end();
    await end;
  });
  await once(child.stdout, 'data');
}
