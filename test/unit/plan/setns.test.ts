import { expect, test } from 'vitest';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import { buildPlan, type PlanContext } from '../../../src/plan/build.ts';
import { printStep } from '../../../src/plan/print.ts';
import type { Plan } from '../../../src/plan/step.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const CONTEXT: PlanContext = { environment: {}, uid: 0, terminal: false };
const RANGE = located({ inside: 0, outside: 1000, count: 1 });
const SERVE = { join: [], serve: located({ path: '/run/ns.sock', offered: ['net', 'mnt'] }, 4) };

const planOf = (changes: Partial<VassalConfig>): Plan => buildPlan(vassalConfig(changes), CONTEXT);
const printed = (changes: Partial<VassalConfig>) => planOf(changes).steps.map(printStep);

test('joined before anything is unshared, by whoever else may have to be trusted', () => {
  const setns = { join: [located('/run/a.sock', 7), located('/run/netns/b', 8)], serve: undefined };
  const namespaces = located(new Set(['fs'] as const));
  const unshare = located(new Set(['uts'] as const));
  const steps = printed({ setns, namespaces, unshare });
  expect(steps.slice(2, 6)).toEqual([
    'private-mounts',
    'setns /run/a.sock -1 5',
    'setns /run/netns/b -1 5',
    'unshare 67108864',
  ]);
  expect(planOf({ setns }).steps.find(({ name }) => name === 'setns')?.at?.line).toBe(7);
});

test('bound last of all before the init, in the jail as it will be', () => {
  const refork = { postJail: undefined, asRoot: undefined, last: located(true) };
  const unshare = located(new Set(['pid', 'fs'] as const));
  const steps = printed({ setns: SERVE, unshare, refork });
  const at = steps.indexOf('setns-socket /run/ns.sock -1 net mnt');
  expect(steps.slice(at - 2, at + 2).map((each) => each.split(' ')[0])).toEqual([
    'refork',
    'fresh-proc',
    'setns-socket',
    'init',
  ]);
});

test('in a user namespace root of the host has no number', () => {
  const namespaces = located(new Set(['user', 'fs'] as const));
  const steps = printed({ setns: SERVE, namespaces, uidMap: [RANGE], gidMap: [RANGE] });
  expect(steps).toContain('setns-socket /run/ns.sock 65534 net mnt');
});

test('the Emperor removes what is left of the socket where the vassal sees the host’s files', () => {
  expect(planOf({ setns: SERVE }).hostSockets).toEqual(['/run/ns.sock']);
  expect(planOf({}).hostSockets).toEqual([]);
  const root = {
    ...vassalConfig().root,
    own: { kind: 'chroot', directory: '/srv', ...located('') } as const,
  };
  expect(planOf({ setns: SERVE, root }).hostSockets).toEqual([]);
});

test('maps that only a helper may write do not deny setgroups', () => {
  const namespaces = located(new Set(['user'] as const));
  const outside = (...helpers: ('uid' | 'gid')[]) =>
    buildPlan(vassalConfig({ namespaces, mapHelpers: helpers.map((each) => located(each)) }), {
      ...CONTEXT,
      uid: 1000,
    }).outside;
  expect(outside()).toMatchObject({ denySetgroups: true, helpers: [] });
  expect(outside('uid')).toMatchObject({ denySetgroups: true, helpers: [{ value: 'uid' }] });
  expect(outside('uid', 'gid')).toMatchObject({ denySetgroups: false });
});
