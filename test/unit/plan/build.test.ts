import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { NamespaceName } from '../../../src/config/namespaces.ts';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import { buildPlan, type PlanContext } from '../../../src/plan/build.ts';
import { encodePlan } from '../../../src/plan/encode.ts';
import { printStep } from '../../../src/plan/print.ts';
import { STEPS } from '../../../src/plan/step.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const CONTEXT: PlanContext = { environment: { PATH: '/bin' }, uid: 0, terminal: false };
const FULL: NamespaceName[] = ['fs', 'net', 'ipc', 'uts', 'pid'];

function steps(changes: Partial<VassalConfig> = {}, context = CONTEXT): string[] {
  return buildPlan(vassalConfig(changes), context).steps.map(printStep);
}

const spaces = (...names: NamespaceName[]) => located(new Set(names), 3);

test('a bare command: its own session, the defaults, the init, the command', () => {
  expect(steps()).toEqual([
    'session',
    'not-dumpable',
    'init -1 -1 5 0',
    'rlimit nofile 1024 -',
    'umask 22',
    'chdir-or-root /etc/tsjail/vassals',
    'signals',
    'death-signal',
    'close-fds',
    'exec 2 /bin/sleep 100 PATH=/bin TSJAIL_VASSAL=web',
  ]);
});

test('a full jail is private first, then has its network, name and /proc, before the init is forked', () => {
  const plan = buildPlan(
    vassalConfig({ namespaces: spaces(...FULL), hostname: located('jail', 4) }),
    CONTEXT,
  );
  expect(plan.cloneFlags).toBe(0x6c02_0000);
  expect(plan.ownPidNamespace).toBe(true);
  expect(plan.steps.slice(0, 7).map(printStep)).toEqual([
    'session',
    'not-dumpable',
    'private-mounts',
    'loopback-up',
    'hostname jail',
    "fresh-proc nosuid,nodev,noexec ''",
    'init -1 -1 5 0',
  ]);
  expect(plan.steps[4]?.at?.line).toBe(4);
});

test('without an init the command is cloned into the namespaces by its guard', () => {
  const plan = buildPlan(
    vassalConfig({ namespaces: spaces('user', ...FULL), init: located(false) }),
    CONTEXT,
  );
  expect(plan.cloneFlags).toBe(0x1000_0000);
  expect(plan.ownPidNamespace).toBe(false);
  const printed = plan.steps.map(printStep);
  expect(printed.indexOf(`init -1 -1 5 ${0x6c02_0000}`)).toBeLessThan(printed.indexOf('private-mounts'));
});

test('a user namespace waits for its maps and leaves to the Emperor what its root may not do', () => {
  const config = vassalConfig({
    namespaces: spaces('user'),
    uidMap: [located({ inside: 0, outside: 100_000, count: 65_536 })],
    gidMap: [located({ inside: 0, outside: 100_000, count: 65_536 })],
    prio: located(-5),
    limits: new Map([['nofile', located({ soft: 100, hard: 5000 })]]),
  });
  const plan = buildPlan(config, CONTEXT);
  expect(plan.steps.slice(0, 3).map((each) => each.name)).toEqual(['session', 'await-release', 'own-user']);
  expect(plan.steps.map((each) => each.name)).not.toContain('nice');
  expect(plan.outside).toMatchObject({
    nice: { value: -5 },
    denySetgroups: false,
    hardLimits: [{ name: 'nofile', hard: 5000 }],
  });
  expect(buildPlan(config, { ...CONTEXT, uid: 1000 }).outside?.denySetgroups).toBe(true);
});

test('time is unshared by the jailer, before the fork that enters it', () => {
  const plan = buildPlan(vassalConfig({ namespaces: spaces('time') }), CONTEXT);
  expect(plan.cloneFlags).toBe(0);
  expect(plan.steps.map(printStep).slice(0, 4)).toEqual([
    'session',
    'not-dumpable',
    'unshare 128',
    'init -1 -1 5 0',
  ]);
});

describe('reforks', () => {
  const names = (changes: Partial<VassalConfig>) =>
    buildPlan(vassalConfig(changes), CONTEXT)
      .steps.map(printStep)
      .filter((each) => /^(unshare|refork|init|fresh-proc|await-maps|exec)/.test(each))
      .map((each) => each.split(' ')[0]);
  const at = (place: 'postJail' | 'asRoot' | 'last') => ({
    refork: { postJail: undefined, asRoot: undefined, last: undefined, [place]: located(true) },
  });

  test('the init is inside of a pid namespace that was unshared, whichever refork is asked for', () => {
    const unshare = spaces('pid', 'fs');
    const expected = ['unshare', 'refork', 'fresh-proc', 'init', 'exec'];
    expect(names({ unshare, ...at('postJail') })).toEqual(expected);
    expect(names({ unshare, ...at('asRoot') })).toEqual(expected);
    expect(names({ unshare, ...at('last') })).toEqual(expected);
  });

  test('else the last one is of the command', () => {
    expect(names(at('last'))).toEqual(['init', 'refork', 'exec']);
    expect(names(at('asRoot'))).toEqual(['refork', 'init', 'exec']);
  });

  test('maps of a user namespace that was unshared are asked for', () => {
    const plan = buildPlan(vassalConfig({ unshare: spaces('user') }), CONTEXT);
    expect(plan.outside?.when).toBe('asked');
    expect(names({ unshare: spaces('user') })).toEqual(['unshare', 'await-maps', 'init', 'exec']);
  });
});

test('a hard limit on open files alone leaves the soft one at its default', () => {
  const limits = new Map([['nofile', located({ soft: undefined, hard: 4096 })]]);
  expect(steps({ limits }).filter((each) => each.startsWith('rlimit'))).toEqual([
    'rlimit nofile 1024 -',
    'rlimit nofile - 4096',
  ]);
});

test('ids are dropped after limits and cwd, and the death signal is set after that', () => {
  const names = buildPlan(
    vassalConfig({
      user: located({ uid: 1000, gid: 1000, name: 'u', home: '/home/u', shell: '/bin/sh' }),
      gid: located(1000),
      groups: [1000, 27],
      chdir: located('/srv'),
      prio: located(5),
      oomScoreAdj: located(500),
      limits: new Map([['core', located({ soft: 0, hard: Number.POSITIVE_INFINITY })]]),
    }),
    CONTEXT,
  ).steps.map((each) => each.name);
  expect(names.slice(3)).toEqual(
    'rlimit rlimit nice oom-score-adj umask chdir groups gid uid signals death-signal close-fds exec'.split(
      ' ',
    ),
  );
});

describe('environment', () => {
  const exec = (changes: Partial<VassalConfig>) =>
    steps(changes, { ...CONTEXT, environment: { PATH: '/bin', LANG: 'C' } }).at(-1);

  test('what the config sets wins over what is inherited; unenv takes away', () => {
    expect(exec({ env: new Map([['LANG', located('de')]]), unenv: [located('PATH')] })).toMatch(
      /100 TSJAIL_VASSAL=web LANG=de$/,
    );
  });

  test('a uid brings its HOME, USER, LOGNAME and SHELL', () => {
    const user = located({ uid: 1000, gid: 1000, name: 'u', home: '/home/u', shell: '/bin/sh' });
    expect(exec({ user })).toContain('HOME=/home/u USER=u LOGNAME=u SHELL=/bin/sh');
  });
});

test('encoded: name, number of arguments, arguments, each ended by NUL; an empty argument stays', () => {
  const plan = {
    ...buildPlan(vassalConfig(), CONTEXT),
    steps: [{ name: 'mount', args: ['proc', '/proc', 'proc', '14', ''], at: undefined }],
  } as const;
  expect(encodePlan(plan)).toBe('mount\x005\0proc\0/proc\0proc\x0014\0\0');
});

test('the table of steps is that of the jailer', () => {
  const header = readFileSync(new URL('../../../addon/steps.h', import.meta.url), 'utf8');
  const theirs = [...header.matchAll(/^ {2}X\((\w+), (\d+), (\d+)\)/gm)].map(([, name, least, most]) => [
    name?.replaceAll('_', '-'),
    [Number(least), Number(most)],
  ]);
  expect(theirs).toEqual(Object.entries(STEPS));
});
