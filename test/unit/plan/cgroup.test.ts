import { expect, test } from 'vitest';
import { type CgroupSettings, NO_CGROUP_SETTINGS } from '../../../src/config/cgroup/settings.ts';
import { isSameJail } from '../../../src/emperor/planned.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { printPlan, printStep } from '../../../src/plan/print.ts';
import type { Plan } from '../../../src/plan/step.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const NEWCGROUP = 0x0200_0000;

function plan(cgroup: Partial<CgroupSettings>, ...spaces: ('cgroup' | 'pid')[]): Plan {
  const config = vassalConfig({
    cgroup: { ...NO_CGROUP_SETTINGS, ...cgroup },
    namespaces: located(new Set(spaces)),
  });
  return buildPlan(config, { environment: {}, uid: 0, terminal: false });
}

const directories = [located('/cg/a', 5), located('/cg/b', 6)];
const limits = [located({ option: 'memory-max', file: 'memory.max', value: '4096' } as const, 7)];

test('no groups, nothing to set up', () => {
  expect(plan({}).cgroups).toBeUndefined();
});

test('limits alone are no step', () => {
  const limited = plan({ limits });
  expect(limited.cgroups?.limits).toEqual(limits);
  expect(limited.steps).toEqual(plan({}).steps);
});

test('groups are joined by descriptors behind the plan’s, cgroup.kill comes last', () => {
  const steps = plan({ directories }).steps.map(printStep);
  expect(steps.slice(2, 5)).toEqual(['join-cgroup 5 /cg/a', 'join-cgroup 6 /cg/b', 'init -1 -1 7 0']);
});

test('the cgroup namespace comes after the join', () => {
  const joining = plan({ directories }, 'cgroup', 'pid');
  expect(joining.cloneFlags & NEWCGROUP).toBe(0);
  expect(joining.steps.slice(2, 5).map(printStep)).toEqual([
    'join-cgroup 5 /cg/a',
    'join-cgroup 6 /cg/b',
    `unshare ${NEWCGROUP}`,
  ]);
  expect(plan({ limits }, 'cgroup').cloneFlags & NEWCGROUP).toBe(NEWCGROUP);
});

test('they are shown before the steps', () => {
  const options = [located({ file: 'pids.max', value: '9' }, 8)];
  expect(printPlan(plan({ directories, options, limits }), '').split('\n').slice(0, 6)).toEqual([
    'cgroups',
    '    directory /cg/a 0700    # /etc/tsjail/vassals/web.ini:5',
    '    directory /cg/b 0700    # /etc/tsjail/vassals/web.ini:6',
    '    pids.max = 9    # /etc/tsjail/vassals/web.ini:8',
    '    memory.max = 4096    # /etc/tsjail/vassals/web.ini:7',
    'clone (no new namespace)',
  ]);
});

test('another limit is another jail, another line is not', () => {
  const config = vassalConfig();
  const planned = (cgroup: Partial<CgroupSettings>) => ({ config, plan: plan(cgroup), identity: '' });
  const other = [located({ option: 'memory-max', file: 'memory.max', value: '8192' } as const, 7)];
  const moved = limits.map(({ value }) => located(value, 9));
  expect(isSameJail(planned({ limits }), planned({ limits: other }))).toBe(false);
  expect(isSameJail(planned({ limits }), planned({}))).toBe(false);
  expect(isSameJail(planned({ limits }), planned({ limits: moved }))).toBe(true);
});
