// Groups that a config names: a jail is in them from its first hook on, and they are as they were when it is over.
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CgroupSettings, NO_CGROUP_SETTINGS } from '../../src/config/cgroup/settings.ts';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { failureText } from '../../src/emperor/exit-words.ts';
import type { CgroupError } from '../../src/system/cgroup-error.ts';
import type { VassalGroups } from '../../src/system/cgroup-vassal.ts';
import { groupPath, hierarchies, textIn } from '../helpers/groups.ts';
import { type JailEnd, planOf, startJail, type TestJail, testEngine } from '../helpers/jail.ts';
import { processesWith } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

const MARK = 'TSJAIL_TEST_MARK';
const MAP = [located({ inside: 0, outside: 100_000, count: 65_536 })];

const shell = (script: string) => located(['sh', '-c', script]);
const spaces = (...names: NamespaceName[]) => located(new Set(names));
const file = (name: string, value: string, line = 2) => located({ file: name, value }, line);

let names = 0;

interface Started {
  readonly jail: TestJail;
  readonly groups: VassalGroups;
}

/** Sets its groups up as the daemon does. */
async function start(cgroup: Partial<CgroupSettings>, changes: Partial<VassalConfig>): Promise<Started> {
  const groups = testEngine().groupsOf(`groups${names++}`);
  onTestFinished(() => groups.takeDown());
  const plan = planOf(
    vassalConfig({ directory: '/', ...changes, cgroup: { ...NO_CGROUP_SETTINGS, ...cgroup } }),
  );
  if (plan.cgroups) await groups.setUp(plan.cgroups);
  return { jail: startJail({}, { plan, cgroup: groups.home ?? false }), groups };
}

async function run(cgroup: Partial<CgroupSettings>, changes: Partial<VassalConfig>): Promise<JailEnd> {
  const { jail, groups } = await start(cgroup, changes);
  const end = await jail.end;
  await groups.takeDown();
  return end;
}

/** What the daemon would say. */
async function refusal(cgroup: Partial<CgroupSettings>): Promise<string> {
  const error: CgroupError = await start(cgroup, {}).then(
    () => expect.fail('it was set up'),
    (reason) => reason,
  );
  return failureText({ kind: 'cgroup', error }, planOf(vassalConfig()));
}

describeRoot('every kind of hierarchy that is here', () => {
  test.each([
    ['with no namespace', [], true],
    ['with a pid namespace', ['fs', 'pid'], true],
    ['as pid 1', ['fs', 'pid'], false],
    ['in a cgroup namespace', ['cgroup'], true],
    ['in a user namespace', ['user', 'fs', 'pid', 'cgroup'], true],
  ] as const)('the command is in the group, %s, and the group goes', async (_how, namespaces, init) => {
    for (const { above, file: name, value } of hierarchies()) {
      const path = groupPath(above);
      const maps = namespaces.some((each) => each === 'user') ? { uidMap: MAP, gidMap: MAP } : {};
      const { jail, groups } = await start(
        { directories: [located(path)], options: [file(name, value)], directoryMode: 0o750 },
        {
          command: shell('echo up; exec sleep 1000'),
          namespaces: spaces(...namespaces),
          init: located(init),
          ...maps,
        },
      );
      await jail.said(/up/);
      await jail.started;
      expect(textIn(path, 'cgroup.procs').split('\n')).toContain(String(jail.commandPid));
      expect(textIn(path, name)).toBe(value);
      expect(statSync(path).mode & 0o777).toBe(0o750);
      jail.process.kill();
      expect((await jail.end).said).toBeUndefined();
      await groups.takeDown();
      expect(existsSync(path)).toBe(false);
    }
  });

  test('a cgroup namespace has the group as its root', async () => {
    for (const { above, kind } of hierarchies()) {
      const { output } = await run(
        { directories: [located(groupPath(above))] },
        { command: shell('cat /proc/self/cgroup'), namespaces: spaces('cgroup') },
      );
      expect(output).toMatch(kind === 'v1' ? /:pids:\/$/m : /^0::\/$/m);
    }
  });

  test('a group that was there stays, with its mode and whoever was in it', async () => {
    for (const { above } of hierarchies()) {
      const path = groupPath(above);
      mkdirSync(path);
      chmodSync(path, 0o711);
      const other = startJail({ command: shell('echo up; exec sleep 1000') });
      await other.said(/up/);
      await other.started;
      writeFileSync(join(path, 'cgroup.procs'), String(other.commandPid));
      const { jail, groups } = await start(
        { directories: [located(path)] },
        { command: shell('echo up; exec sleep 1000') },
      );
      await jail.said(/up/);
      await jail.started;
      expect(statSync(path).mode & 0o777).toBe(0o700);
      jail.process.kill();
      await jail.end;
      await groups.takeDown();
      expect(statSync(path).mode & 0o777).toBe(0o711);
      expect(textIn(path, 'cgroup.procs')).toBe(String(other.commandPid));
      other.process.kill();
      await other.end;
    }
  });

  test('two in one group: it goes with the second, and the end of one is not that of the other', async () => {
    for (const { above } of hierarchies()) {
      const directories = [located(groupPath(above))];
      const command = shell('echo up; exec sleep 1000');
      const [first, second] = await Promise.all([
        start({ directories }, { command }),
        start({ directories }, { command }),
      ]);
      await Promise.all([first.jail.said(/up/), second.jail.said(/up/), second.jail.started]);
      first.jail.process.kill();
      await first.jail.end;
      await first.groups.takeDown();
      expect(textIn(directories[0]?.value ?? '', 'cgroup.procs').split('\n')).toContain(
        String(second.jail.commandPid),
      );
      second.jail.process.kill();
      await second.jail.end;
      await second.groups.takeDown();
      expect(existsSync(directories[0]?.value ?? '')).toBe(false);
    }
  });

  test('nobody is left behind without a pid namespace', async () => {
    for (const { above } of hierarchies()) {
      const mark = randomUUID();
      const path = groupPath(above);
      const script =
        '(setsid sleep 1000 &); setpriv --reuid 54321 --clear-groups sleep 1000 & echo up; read x; exec sleep 1000';
      const { jail, groups } = await start(
        { directories: [located(path)] },
        { command: shell(script), env: new Map([[MARK, located(mark)]]) },
      );
      await jail.said(/up/);
      await jail.started;
      await until('those who would be left', () => processesWith(MARK, mark).length > 1);
      jail.process.signal(9);
      await jail.end;
      await groups.takeDown();
      expect(processesWith(MARK, mark)).toEqual([]);
      expect(existsSync(path)).toBe(false);
    }
  });

  test('what cannot be set up is told with its line, and nothing is left', async () => {
    for (const { above, file: name } of hierarchies()) {
      const path = groupPath(above);
      const directories = [located(path, 3)];
      expect(await refusal({ directories, options: [file('tsjail.nothing', '1', 5)] })).toBe(
        `/etc/tsjail/vassals/web.ini:5:1: cgroup-opt tsjail.nothing: there is no such file in ${path} (is the controller tsjail on that hierarchy?)`,
      );
      expect(await refusal({ directories, options: [file(name, 'x', 5)] })).toMatch(
        new RegExp(`^/etc/tsjail/vassals/web.ini:5:1: x to ${path}/${name}: E(INVAL|RANGE), `),
      );
      expect(await refusal({ directories: [located(join(path, 'a', 'b'), 3)] })).toBe(
        `/etc/tsjail/vassals/web.ini:3:1: cgroup ${path}/a/b: ENOENT, no such file or directory (the directory above it is not there)`,
      );
      expect(existsSync(path)).toBe(false);
    }
  });

  test('an option is for those groups that have its file', async () => {
    const all = hierarchies().map(({ above, ...more }) => ({ path: groupPath(above), ...more }));
    const { jail, groups } = await start(
      {
        directories: all.map(({ path }) => located(path)),
        options: all.map(({ file: name, value }) => file(name, value)),
      },
      { command: shell('echo up; read x') },
    );
    await jail.said(/up/);
    for (const { path, file: name, value } of all) expect(textIn(path, name)).toBe(value);
    await jail.end;
    await groups.takeDown();
  });

  test('one in another is made after it and goes before it', async () => {
    for (const { above } of hierarchies().filter(({ kind }) => kind === 'v1')) {
      const path = groupPath(above);
      const directories = [located(path), located(join(path, 'inner'))];
      const { output } = await run({ directories }, { command: shell('grep pids: /proc/self/cgroup') });
      expect(output.trim().endsWith('/inner')).toBe(true);
      expect(existsSync(path)).toBe(false);
    }
  });
});

describeRoot('no control group at all', () => {
  test('a directory of another file system', async () => {
    const path = join(tempDirectory(), 'group');
    expect(await refusal({ directories: [located(path)] })).toBe(
      `/etc/tsjail/vassals/web.ini:2:1: cgroup ${path}: that is on no cgroup file system, neither v1 nor v2`,
    );
    expect(existsSync(path)).toBe(false);
  });

  test('two of v2', async () => {
    const v2 = hierarchies().find(({ kind }) => kind === 'v2');
    if (v2 === undefined) return expect(hierarchies()).toHaveLength(1);
    const [one, two] = [groupPath(v2.above), groupPath(v2.above)];
    expect(await refusal({ directories: [located(one, 3), located(two, 4)] })).toBe(
      `/etc/tsjail/vassals/web.ini:4:1: cgroup ${two}: a vassal is in one cgroup v2 group only, and line 3 names ${one}`,
    );
    expect(existsSync(one)).toBe(false);
  });
});
