// A group of the daemon's own tree goes with those below it, and not while somebody is in it.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startJail, testEngine } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

function made(name: string) {
  const group = testEngine().cgroups?.of(name);
  if (group === undefined) expect.fail('no cgroup v2 hierarchy that is writable');
  mkdirSync(join(group.path, 'below', 'deeper'), { recursive: true });
  onTestFinished(() => group.destroy());
  return group;
}

describeRoot('a group that is removed', () => {
  test('takes those below along; one that is gone already is no failure', async () => {
    const group = made('remove');
    await group.remove();
    expect(existsSync(group.path)).toBe(false);
    await group.remove();
  });

  test('stays while somebody is in one of them', async () => {
    const group = made('remove-busy');
    const jail = startJail({ command: located(['sleep', '1000']) });
    await jail.started;
    writeFileSync(join(group.path, 'below', 'cgroup.procs'), String(jail.commandPid));
    await expect(group.remove()).rejects.toMatchObject({ code: 'EBUSY' });
    expect(existsSync(join(group.path, 'below'))).toBe(true);
    jail.process.kill();
    await jail.end;
  });
});
