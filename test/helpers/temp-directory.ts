// A directory that is gone when the test is over, also after a failure.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** To be called inside a test. */
export function tempDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tsjail-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
