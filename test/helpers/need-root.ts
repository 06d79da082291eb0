// Suites that need root: run as root, skipped for an ordinary user (test/helpers/notices.ts says so), and failing where
// a gate believes that everything ran.
import { describe, expect, test } from 'vitest';

export const isRoot = process.getuid?.() === 0;
/** Set by `npm run test:user`: only what an ordinary user can is wanted. */
const forUser = Boolean(process.env.TSJAIL_TEST_USER);

export function describeRoot(name: string, suite: () => void): void {
  if (isRoot) describe(name, suite);
  else if (process.env.CI && !forUser) failing(name);
  else describe.skip(name, suite);
}

/** The same suite for each row; the first of it is its name. */
describeRoot.each =
  <Row extends readonly [string, ...unknown[]]>(rows: readonly Row[]) =>
  (suite: (...row: Row) => void): void => {
    for (const row of rows) describeRoot(row[0], () => suite(...row));
  };

function failing(name: string): void {
  describe(name, () => {
    test('runs', () => {
      expect.fail('needs root: run as root or npm run test:user');
    });
  });
}
