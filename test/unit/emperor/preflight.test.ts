// What can be seen of a plan before it is carried out, where this user may not look.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { obstaclesTo } from '../../../src/emperor/preflight.ts';
import type { Plan } from '../../../src/plan/step.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const NOBODY = 65_534;

function planOf(command: string, path: string): Plan {
  const at = { file: '/v/web.ini', line: 2, column: 1 };
  const steps = [{ name: 'exec', args: ['1', command, `PATH=${path}`], at }] as const;
  return {
    name: 'web',
    cloneFlags: 0,
    steps,
    outside: undefined,
    cgroups: undefined,
    ownPidNamespace: false,
    owner: undefined,
  };
}

/** From here on this test is no root: root may look everywhere. */
function becomeOrdinary(): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(NOBODY);
  onTestFinished(() => process.seteuid?.(0));
}

test('a directory of PATH that may not be searched hides no program that is nowhere else', async () => {
  const directory = tempDirectory();
  const [closed, open] = [join(directory, 'closed'), join(directory, 'open')];
  for (const each of [closed, open]) mkdirSync(each);
  for (const each of [directory, open]) chmodSync(each, 0o755);
  writeFileSync(join(open, 'there'), '', { mode: 0o755 });
  chmodSync(closed, 0);
  onTestFinished(() => chmodSync(closed, 0o700));
  becomeOrdinary();
  const messages = async (command: string) =>
    (await obstaclesTo(planOf(command, `${closed}:${open}`))).map(({ message }) => message);
  expect(await messages('there')).toEqual([]);
  expect(await messages('slep')).toEqual(['no program `slep` in PATH']);
});
