// Plans of tenants' vassals: what root does, where he is left behind, and what comes after.
import { describe, expect, test } from 'vitest';
import type { VassalDefaults } from '../../../src/config/vassal.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import type { Plan, Step } from '../../../src/plan/step.ts';
import { config } from '../config/helpers.ts';

const AT = { file: '/etc/tsjail/emperor.ini', line: 1, column: 1 };
const CONTEXT = { environment: { PATH: '/bin', HOME: '/root', SECRET: 'x' }, uid: 0, terminal: false };

function planFor(lines: readonly string[], set: readonly string[] = []): Plan {
  const defaults: Partial<VassalDefaults> = {
    tyrant: { nofollow: false, initgroups: false },
    set: set.map((value) => ({ value, at: AT })),
  };
  const facts = { subIdsOf: () => ({ uid: [], gid: [] }) };
  const owner = { uid: 12_001, gid: 12_002 };
  return buildPlan(config(lines, { facts, defaults, input: { owner } }), CONTEXT);
}

function shown(steps: readonly Step[]): string[] {
  return steps.map(({ name, args }) => [name, ...args].join(' '));
}

/** Indexes of the first step that begins so. */
function places(plan: Plan, ...beginnings: string[]): number[] {
  const all = shown(plan.steps);
  const found = beginnings.map((beginning) => all.findIndex((each) => each.startsWith(beginning)));
  expect(found, all.join('\n')).not.toContain(-1);
  return found;
}

function expectOrder(plan: Plan, ...beginnings: string[]): void {
  const found = places(plan, ...beginnings);
  expect(found).toEqual([...found].sort((a, b) => a - b));
}

describe('without a user namespace', () => {
  test("he comes after all that is root's, and before all that is his", () => {
    const lines = ['asap', 'as-vassal', 'as-root', 'as-user'].map(
      (phase) => `hook-${phase} = print:his ${phase}`,
    );
    const plan = planFor(
      [...lines, 'limit-core = 0', 'chdir = /srv/x'],
      ['clone=fs,pid', 'bind=/a:/b', 'hook-as-root=print:roots', 'limit-cpu=5', 'prio=-2'],
    );
    expectOrder(
      plan,
      'private-mounts',
      'put-bind /a /b',
      'hook-print roots',
      'init 12001 12002',
      'rlimit 0 5',
      'nice -2',
      'groups',
      'gid 12002',
      'uid 12001',
      'capabilities',
      'hook-print his asap',
      'hook-print his as-vassal',
      'hook-print his as-root',
      'rlimit 4 0',
      'chdir /srv/x',
      'hook-print his as-user',
      'exec',
    );
    expect(shown(plan.steps)).toContain('groups');
  });

  test("his directory is gone into as him, and root's hooks begin nowhere near it", () => {
    const plan = planFor([], ['hook-asap=print:roots']);
    expectOrder(
      plan,
      'chdir-or-root /',
      'hook-print roots',
      'uid 12001',
      'chdir-or-root /etc/tsjail/vassals',
    );
  });

  test("capabilities that the daemon's config gives are his to keep", () => {
    expect(shown(planFor([], ['cap-ambient=kill']).steps)).not.toContain('capabilities');
  });

  test("hooks beside the daemon: root's, then his", () => {
    const plan = planFor(
      ['hook-as-emperor = print:his', 'hook-as-emperor-before-vassal = print:his'],
      ['hook-as-emperor=print:roots'],
    );
    const [roots, his] = plan.hooks?.asEmperor.map(shown) ?? [];
    expect(roots).toContain('hook-print roots');
    expect(roots).not.toContain('uid 12001');
    expect(his?.slice(2, 7)).toEqual(['groups', 'gid 12002', 'uid 12001', 'capabilities', 'no-new-privs']);
    expect(his).toContain('hook-print his');
    expect(plan.hooks?.beforeVassal.map(shown)[0]).toContain('uid 12001');
  });

  test('with `namespace` his post-jail is beside the jail as him', () => {
    const plan = planFor(['hook-post-jail = print:his'], ['namespace=/srv', 'hook-post-jail=print:roots']);
    expect(shown(plan.steps)).toContain('await-hooks post-jail');
    const [roots, his] = plan.hooks?.postJail.map(shown) ?? [];
    expect([roots?.includes('uid 12001'), his?.includes('uid 12001')]).toEqual([false, true]);
    expect(shown(plan.steps)).not.toContain('hook-print his');
  });

  test('of the environment there is what is no secret', () => {
    const exec = planFor([]).steps.at(-1)?.args ?? [];
    expect(exec.slice(2)).toEqual(['PATH=/bin', 'TSJAIL_VASSAL=web']);
  });
});

describe('with a user namespace', () => {
  test("it is his from the maps on, without the daemon's groups", () => {
    const plan = planFor(['clone = user,fs', 'bind = /a:/b', 'limit-nofile = 5:10', 'setns-socket = /run/x']);
    expect(shown(plan.steps).slice(0, 4)).toEqual(['session', 'await-release', 'groups', 'own-user']);
    expect(plan.outside).toMatchObject({
      when: 'cloned',
      uidMap: [{ inside: 0, outside: 12_001, count: 1 }],
      gidMap: [{ inside: 0, outside: 12_002, count: 1 }],
      helpers: [],
      hardLimits: [],
    });
    expect([plan.owner, plan.hostSockets]).toEqual([{ uid: 12_001, gid: 12_002 }, []]);
  });

  test("only what the daemon's config binds is opened before", () => {
    const plan = planFor(['namespace = /root/x'], ['clone=user']);
    expect(shown(plan.steps).filter((each) => /^(open-early|lock-shared)/.test(each))).toEqual([]);
    const roots = planFor([], ['clone=user,fs', 'bind=/a:/b']);
    expect(shown(roots.steps)).toContain('open-early /a');
  });
});
