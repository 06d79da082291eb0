// A command prefix under which system calls fail, for the kernels and filters that this machine does not have.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const SOURCE = fileURLToPath(new URL('deny.c', import.meta.url));
let directory = '';

/** To be called at the top of a test file: builds the program before its tests, removes it after them. */
export function useDeny(): void {
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tsjail-deny-'));
    chmodSync(directory, 0o755);
    execFileSync('g++', ['-x', 'c', '-O1', '-Wall', '-o', join(directory, 'deny'), SOURCE], {
      stdio: 'inherit',
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
}

/** `denying('clone3=ENOSYS')` goes in front of a command. */
export function denying(...calls: readonly string[]): string[] {
  return [join(directory, 'deny'), ...calls, '--'];
}
