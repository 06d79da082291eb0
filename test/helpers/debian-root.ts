// The small Debian that `namespace` is tested with, made where it is not there yet: see .dev/debian-root.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../.dev/debian-root', import.meta.url));
const DEADLINE_MS = 600_000;

/** To be called in a suite; what it gives is good inside its tests. */
export function useDebianRoot(): () => string {
  let root = '';
  beforeAll(() => {
    const output = execFileSync(SCRIPT, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    root = output.trim();
  }, DEADLINE_MS);
  return () => root;
}
