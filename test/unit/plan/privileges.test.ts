import { describe, expect, test } from 'vitest';
import { CAPABILITIES } from '../../../src/config/identity/capabilities.ts';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { printStep } from '../../../src/plan/print.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const kill = located(
  CAPABILITIES.filter(({ name }) => name === 'kill'),
  8,
);
const USER: Partial<VassalConfig> = {
  user: located({ uid: 1000, gid: 1000, name: 'u', home: '/home/u', shell: '/bin/sh' }),
  gid: located(1000),
  groups: [1000, 27],
};
const WEB = located({ inJail: 'web' }, 4);

const planOf = (changes: Partial<VassalConfig>) =>
  buildPlan(vassalConfig(changes), { environment: { HOME: '/root', PATH: '/bin' }, uid: 0, terminal: false });

/** The steps between the working directory and the signals. */
function ofPrivileges(changes: Partial<VassalConfig>): string[] {
  const printed = planOf(changes).steps.map(printStep);
  return printed.slice(printed.findIndex((each) => each.startsWith('chdir')) + 1, printed.indexOf('signals'));
}

/** Those before the init. */
function beforeInit(changes: Partial<VassalConfig>): string[] {
  const printed = planOf(changes).steps.map(printStep);
  return printed.slice(2, printed.findIndex((each) => each.startsWith('init ')) + 1);
}

describe('capabilities', () => {
  const IDS = ['groups 1000 27', 'gid 1000', 'uid 1000'];

  test('the bounding set goes before the ids, what is left is raised after them', () => {
    const privileges = { bounding: kill, exactly: kill, ambient: kill, noNewPrivs: located(true) };
    expect(ofPrivileges({ ...USER, privileges })).toEqual([
      'bounding-set kill:5',
      'keep-caps',
      ...IDS,
      'capabilities kill:5',
      'ambient-unless-root kill:5',
      'ambient kill:5',
      'no-new-privs',
    ]);
  });

  test('nothing is kept over the change of uid that is not asked for', () => {
    expect(ofPrivileges({ ...USER, privileges: { bounding: kill } })).toEqual([
      'bounding-set kill:5',
      ...IDS,
      'trim-capabilities',
    ]);
    const none = located([]);
    expect(ofPrivileges({ ...USER, privileges: { bounding: none, exactly: none } })).toEqual([
      'bounding-set',
      ...IDS,
      'capabilities',
    ]);
  });

  test('who keeps his uid needs nothing kept', () => {
    expect(ofPrivileges({ privileges: { dropped: kill, exactly: located('all') } })).toEqual([
      'drop-bounding kill:5',
      'trim-capabilities',
      'ambient-unless-root all',
    ]);
  });

  test('each step has the line that asked for it', () => {
    const steps = planOf({ ...USER, privileges: { bounding: kill, exactly: kill } }).steps;
    const lines = steps.filter(({ name }) => /cap|bound|ambient/.test(name)).map(({ at }) => at?.line);
    expect(lines).toEqual([8, 8, 8, 8]);
  });
});

describe('who is looked up in the jail', () => {
  test('is found before the init, which is him too', () => {
    const groups = { ofUser: true, primary: 0, added: [located('ssl', 6), located('7')] };
    const changes = { user: WEB, groups };
    expect(beforeInit(changes)).toEqual([
      'find-user web',
      'group-of-user',
      'groups-of-user',
      'add-group ssl',
      'add-group 7',
      'user-environment HOME USER LOGNAME SHELL',
      'own-output',
      'init found found 5 0',
    ]);
    expect(ofPrivileges(changes)).toEqual(['groups-found', 'gid found', 'uid found']);
  });

  test('a group of its own', () => {
    const changes = { user: WEB, gid: located({ inJail: 'ssl' }) };
    expect(beforeInit(changes)).toContain('find-group ssl');
    expect(beforeInit(changes)).not.toContain('group-of-user');
    expect(ofPrivileges(changes)).toEqual(['gid found', 'uid found']);
  });

  test('without user and group, further ones join that of the daemon', () => {
    const groups = { ofUser: false, primary: 0, added: [located('ssl')] };
    expect(beforeInit({ groups })).toEqual(['find-group 0', 'add-group ssl', 'init -1 -1 5 0']);
    expect(ofPrivileges({ groups })).toEqual(['groups-found']);
  });

  test('without an init the guard stays who he is', () => {
    const names = planOf({ user: WEB, init: located(false), namespaces: located(new Set(['pid'] as const)) });
    const printed = names.steps.map(printStep);
    expect(printed.filter((each) => each.startsWith('init'))).toEqual([`init -1 -1 5 ${0x2000_0000}`]);
    expect(printed.findIndex((each) => each.startsWith('init'))).toBeLessThan(
      printed.indexOf('find-user web'),
    );
  });

  test('has the terminal, once there is one', () => {
    const context = { environment: {}, uid: 0, terminal: true };
    const names = buildPlan(vassalConfig({ user: WEB }), context).steps.map(({ name }) => name);
    expect(names.slice(names.indexOf('terminal')).slice(0, 2)).toEqual(['terminal', 'own-terminal']);
    expect(buildPlan(vassalConfig(USER), context).steps.map(({ name }) => name)).not.toContain(
      'own-terminal',
    );
  });

  test('variables of the config are left alone', () => {
    const env = new Map([['HOME', located('/mine')]]);
    const unenv = [located('SHELL')];
    expect(beforeInit({ user: WEB, env, unenv })).toContain('user-environment USER LOGNAME');
    const all = ['HOME', 'SHELL', 'USER', 'LOGNAME'].map((each) => located(each));
    expect(beforeInit({ user: WEB, unenv: all }).join()).not.toContain('user-environment');
  });

  test('his output is that of the jail’s root, who passes it on', () => {
    const map = [located({ inside: 0, outside: 100_000, count: 65_536 })];
    const user = { namespaces: located(new Set(['user'] as const)), uidMap: map, gidMap: map };
    expect(planOf({ user: WEB }).owner).toBeUndefined();
    expect(planOf({ user: WEB, ...user }).owner).toEqual({ uid: 100_000, gid: 100_000 });
    expect(planOf({ ...USER, ...user }).owner).toEqual({ uid: 101_000, gid: 101_000 });
  });
});
