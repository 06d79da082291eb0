// The jailer believes no plan: a malformed one is refused whole, before any step of it is done.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/step.ts';
import { type JailEnd, planOf, runJail, startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

/** Runs a plan of these steps, each a name and its arguments. */
function run(...steps: readonly (readonly [string, ...string[]])[]): Promise<JailEnd> {
  const plan = planOf(vassalConfig());
  const written = steps.map(([name, ...args]) => ({ name, args, at: undefined }));
  return runJail({}, { plan: { ...plan, steps: written as unknown as Plan['steps'] } });
}

const EXEC = ['exec', '1', '/bin/true'] as const;
const INIT = ['init', '-1', '-1', '5', '0'] as const;

describeRoot('a plan that cannot be', () => {
  test.each([
    ['an unknown step', [['explode'], INIT, EXEC], 'the plan has a step of an unknown name'],
    ['too few arguments', [['umask'], INIT, EXEC], 'wrong number of arguments'],
    ['too many arguments', [['umask', '1', '2'], INIT, EXEC], 'wrong number of arguments'],
    ['no command', [INIT], 'the plan ends without exec'],
    ['two inits', [INIT, INIT, EXEC], 'a second init'],
    ['something after the command', [INIT, EXEC, ['umask', '22']], 'a step after exec'],
  ] as const)('%s', async (_what, steps, fault) => {
    const end = await run(...steps);
    expect(end.said).toContain(fault);
    expect(end.init).toMatchObject({ code: 125 });
  });

  test.each([
    ['rlimit', ['rlimit', '99', '1', '1']],
    ['umask', ['umask', '9']],
    ['uid', ['uid', '-1']],
    ['gid', ['gid', '4294967295']],
    ['groups', ['groups', '1', 'x']],
    ['nice', ['nice', '20']],
    ['oom-score-adj', ['oom-score-adj', '1001']],
    ['mount', ['mount', 'none', '/mnt', 'tmpfs', '0x1', '']],
    ['join-cgroup', ['join-cgroup', '4', '/x']],
    ['join-cgroup', ['join-cgroup', 'x', '/x']],
    ['init', ['init', '-2', '-1', '5', '0']],
    ['init', ['init', '-1', '-1', '4', '0']],
    ['close-fds', ['close-fds', '3']],
    ['init', ['init', 'found', '-1', '5', '0']],
    ['uid', ['uid', 'found']],
    ['gid', ['gid', 'found']],
    ['user-environment', ['user-environment', 'PATH']],
    ['capabilities', ['capabilities', 'kill']],
    ['capabilities', ['capabilities', 'kill:64']],
    ['bounding-set', ['bounding-set', '5']],
    ['drop-bounding', ['drop-bounding', 'kill:']],
    ['ambient', ['ambient', 'kill:5', 'ALL']],
  ] as const)('an argument of %s that cannot be', async (_what, bad) => {
    const end = await run(...(bad[0] === 'init' ? [bad, EXEC] : [INIT, bad, EXEC]));
    expect(end.said).toMatch(/EINVAL.*not an argument for this step/);
  });

  test('nothing of it is done', async () => {
    const there = join(tempDirectory(), 'there');
    await run(INIT, ['exec', '3', 'touch', there], ['umask', '22']);
    expect(existsSync(there)).toBe(false);
  });

  test('an argument count that is not the truth', async () => {
    const end = await run(INIT, ['exec', '7', '/bin/true']);
    expect(end.said).toContain("not an argument for this step: '7'");
  });
});

describeRoot('descriptors', () => {
  test('a jail costs three, and leaves none', async () => {
    const before = await openFds();
    const jail = startJail({ command: located(['sh', '-c', 'echo up; exec sleep 1000']) });
    await jail.said(/up/);
    await jail.started;
    expect((await openFds()) - before).toBe(3);
    jail.process.kill();
    await jail.end;
    expect(await openFds()).toBe(before);
  });
});

/** Those of the addon's main table. The first call opens the engine. */
async function openFds(): Promise<number> {
  await runJail({ command: located(['true']) });
  return readdirSync('/proc/self/fd').length;
}
