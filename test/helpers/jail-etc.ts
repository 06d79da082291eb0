// A jail whose /etc is a directory of the test, without what a root of its own would take.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { buildPlan, type PlanContext } from '../../src/plan/build.ts';
import { type Plan, step } from '../../src/plan/step.ts';
import { type JailEnd, runJail } from './jail.ts';
import { tempDirectory } from './temp-directory.ts';
import { vassalConfig } from './vassal-config.ts';

const MS_BIND = 4096;
/** Of a daemon that root started. */
const CONTEXT: PlanContext = {
  environment: {
    PATH: '/usr/bin:/bin',
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/bash',
    HOMER: 'x',
  },
  uid: process.getuid?.() ?? 0,
  terminal: false,
};

/** A directory that everybody may enter. */
export function etc(files: Readonly<Record<string, string | Uint8Array>>): string {
  const top = tempDirectory();
  chmodSync(top, 0o755);
  const directory = join(top, 'etc');
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** `changes` must have a new mount namespace. */
export function planIn(directory: string, changes: Partial<VassalConfig>): Plan {
  const plan = buildPlan(vassalConfig({ directory: '/', ...changes }), CONTEXT);
  const at = plan.steps.findIndex(({ name }) => name === 'private-mounts') + 1;
  if (at === 0) throw new Error('the test needs a mount namespace of its own');
  return { ...plan, steps: plan.steps.toSpliced(at, 0, step('mount', [directory, '/etc', '', MS_BIND, ''])) };
}

export function runIn(directory: string, changes: Partial<VassalConfig>): Promise<JailEnd> {
  return runJail(changes, { plan: planIn(directory, changes) });
}
