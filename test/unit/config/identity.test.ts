import { describe, expect, test } from 'vitest';
import { ANNA, at, config, wrong } from './helpers.ts';

const ids = (lines: readonly string[], surroundings?: Parameters<typeof config>[1]) => {
  const { user, gid, groups } = config(lines, surroundings);
  return [user && 'uid' in user.value ? user.value.uid : user?.value, gid?.value, groups];
};

describe('as root', () => {
  test.each([
    [[], [undefined, undefined, undefined]],
    [['uid = www-data'], [33, 33, [33, 110]]],
    [['uid = 33'], [33, 33, [33, 110]]],
    [
      ['uid = www-data', 'no-initgroups'],
      [33, 33, [33]],
    ],
    [
      ['uid = www-data', 'no-initgroups = false'],
      [33, 33, [33, 110]],
    ],
    [
      ['uid = www-data', 'gid = adm'],
      [33, 4, [4, 110]],
    ],
    [
      ['uid = www-data', 'add-gid = adm', 'add-gid = 33', 'add-gid = 7'],
      [33, 33, [33, 110, 4, 7]],
    ],
    [
      ['uid = 4242', 'gid = 4343'],
      [4242, 4343, [4343]],
    ],
    [['gid = adm'], [undefined, 4, [4]]],
    [
      ['gid = adm', 'add-gid = 7'],
      [undefined, 4, [4, 7]],
    ],
    [['add-gid = adm'], [undefined, undefined, [0, 4]]],
    [['uid = root'], [0, 0, [0]]],
  ])('%j', (lines, expected) => {
    expect(ids(lines)).toEqual(expected);
  });

  test('the group of a uid has its line', () => {
    expect(config(['', 'uid = anna']).gid).toEqual({ value: 1000, at: at(3) });
  });

  test('a uid that nobody has needs a gid: root’s is not kept', () => {
    expect(wrong(['uid = 4242'])).toEqual([
      '2:7-11 missing-gid: no user has the uid 4242, so its group is not known: `gid` must say it',
    ]);
    expect(wrong(['uid = 4242', 'gid = nobdy'])).toEqual(['3:7-12 unknown-group: unknown group `nobdy`']);
  });
});

describe('in a new user namespace', () => {
  test('the daemon’s own groups are left behind: they would keep their rights on the host', () => {
    expect(ids(['clone = user'])).toEqual([undefined, undefined, [0]]);
    expect(ids(['clone = user', 'add-gid = adm'])).toEqual([undefined, undefined, [0, 4]]);
    expect(ids(['clone = user', 'uid = www-data'])).toEqual([33, 33, [33, 110]]);
  });

  test.each([
    ['uid = far', 'uid', '7-10', 200_000],
    ['gid = 70000', 'gid', '7-12', 70_000],
    ['add-gid = 70001', 'gid', '11-16', 70_001],
  ])('%s: what is not mapped', (line, kind, columns, id) => {
    const problem = `not-mapped: ${kind} ${id} is not in the ${kind}-map: 0:100000:65536`;
    expect(wrong(['clone = user', line])).toContain(`3:${columns} ${problem}`);
    expect(wrong([line])).toEqual([]);
  });

  test('nor the groups that come with a user', () => {
    expect(wrong(['clone = user', 'uid = www-data', 'gid-map = 0:1000:50'])).toEqual([
      '3:7-15 not-mapped: gid 110 is not in the gid-map: 0:1000:50',
    ]);
    expect(wrong(['clone = user', 'uid = www-data', 'gid-map = 0:1000:50', 'no-initgroups'])).toEqual([]);
    expect(wrong(['clone = user', 'uid = www-data', 'gid-map = 0:1000:20'])[0]).toBe(
      '3:7-15 not-mapped: gid 33 is not in the gid-map: 0:1000:20',
    );
  });

  test('a bad map is told once', () => {
    expect(wrong(['clone = user', 'uid = far', 'gid = 5', 'uid-map = 1:1:1'])).toHaveLength(1);
  });
});

describe('as root of a user namespace that denies setgroups', () => {
  const facts = { setgroupsDenied: true };

  test('root keeps the groups that the daemon has', () => {
    expect(ids([], { facts })).toEqual([undefined, undefined, undefined]);
    expect(ids(['uid = root'], { facts })).toEqual([0, 0, undefined]);
    expect(ids(['clone = user', 'gid = 0'], { facts })).toEqual([undefined, 0, undefined]);
    expect(ids(['namespace = /r', 'uid = root'], { facts })[2]).toBeUndefined();
    expect(ids(['namespace = /r', 'uid = 0', 'gid = 0'], { facts })[2]).toBeUndefined();
  });

  test('nobody else may have them', () => {
    const told =
      "needs-root: this user would keep the daemon's groups: the user namespace that the daemon is in denies setgroups(2)";
    expect(wrong(['uid = www-data'], { facts })).toEqual([`2:7-15 ${told}`]);
    expect(wrong(['namespace = /r', 'uid = www-data'], { facts })).toEqual([`3:7-15 ${told}`]);
    expect(wrong(['namespace = /r', 'uid = 5', 'gid = 5'], { facts })).toEqual([`3:7-8 ${told}`]);
    expect(wrong(['uid = root', 'add-gid = 27'], { facts })).toEqual([
      '3:11-13 needs-root: groups can be added by root only',
    ]);
  });
});

describe('without root', () => {
  const facts = { ...ANNA, gid: 27 };

  test('there is nobody else to be', () => {
    expect(ids(['uid = anna'], { facts })).toEqual([1000, 27, undefined]);
    expect(ids(['gid = 27'], { facts })).toEqual([undefined, 27, undefined]);
    expect(wrong(['uid = www-data', 'gid = 0', 'add-gid = 27'], { facts })).toEqual([
      "2:7-15 needs-root: without root a vassal keeps the daemon's own uid, 1000",
      "3:7-8 needs-root: without root a vassal keeps the daemon's own gid, 27",
      '4:11-13 needs-root: groups can be added by root only',
    ]);
    expect(wrong(['uid = 4242'], { facts })).toHaveLength(1);
  });

  test('in a jail there is only its root', () => {
    expect(ids(['clone = pid', 'uid = root', 'gid = 0'], { facts })).toEqual([0, 0, undefined]);
    expect(ids(['clone = pid', 'uid = root'], { facts })).toEqual([0, undefined, undefined]);
    expect(wrong(['clone = pid', 'uid = anna', 'gid = 27'], { facts })).toEqual([
      "3:7-11 needs-root: without root no uid but 0 is mapped into the jail: 0 there is the daemon's own 1000",
      "4:7-9 needs-root: without root no gid but 0 is mapped into the jail: 0 there is the daemon's own 27",
    ]);
  });

  test('where `clone` is bad nothing is said about what it leads to', () => {
    expect(wrong(['clone = pit', 'uid = root'], { facts })).toHaveLength(1);
  });
});
