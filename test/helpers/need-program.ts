// Suites that need root and a program which not every machine has: they run as root where it is there, and fail where a gate
// believes that everything ran. Else they are skipped, and test/helpers/notices.ts says so.
import { describe, expect, test } from 'vitest';
import { describeRoot } from './need-root.ts';
import { hasProgram, PROGRAMS, type Program } from './programs.ts';

export function describeWith(program: Program, name: string, suite: () => void): void {
  if (hasProgram(program)) describeRoot(name, suite);
  else if (process.env.CI) missing(program, name);
  else describe.skip(name, suite);
}

function missing(program: Program, name: string): void {
  describe(name, () => {
    test('runs', () => {
      expect.fail(`needs ${program}: apt-get install ${PROGRAMS[program]}`);
    });
  });
}
