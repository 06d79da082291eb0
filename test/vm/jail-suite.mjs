// The suite of real jails on another kernel: as root, in a machine that may be spoilt, `node test/vm/jail-suite.mjs [FILE…]`. Such a
// machine can be virtual and slow, so nothing runs beside anything else, and time limits are many times as long. Not part of `npm test`.
import { spawnSync } from 'node:child_process';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SLOWER = 20;
const TEST_MS = 30_000 * SLOWER;

/** Where a kernel can differ most; `node test/vm/jail-suite.mjs test/jail` runs all of it, which takes half an hour of emulation,
 *  and some of it needs python3 and g++. */
const CHOSEN = ['namespaces', 'root', 'identity', 'landlock', 'clean-start', 'exits', 'spare-networks'];

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : CHOSEN.map((name) => `test/jail/${name}.test.ts`);
console.log(`the suite of jails on Linux ${release()}`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--configLoader=runner',
    '--maxWorkers=1',
    `--testTimeout=${TEST_MS}`,
    `--hookTimeout=${TEST_MS}`,
    ...files,
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exit(status ?? 1);
