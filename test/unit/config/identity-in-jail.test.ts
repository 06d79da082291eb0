import { describe, expect, test } from 'vitest';
import { ANNA, at, config, wrong } from './helpers.ts';

const ids = (lines: readonly string[], surroundings?: Parameters<typeof config>[1]) => {
  const { user, gid, groups } = config(['chroot = /srv', ...lines], surroundings);
  return { user: user?.value, gid: gid?.value, groups };
};
const inJail = (name: string) => ({ inJail: name });

describe.each(['namespace = /ns', 'pivot_root = /ns /ns/.old', 'chroot = /ns'])('%s', (root) => {
  const lines = ['clone = fs', root];

  test('makes names those of the jail', () => {
    const { user, gid, groups } = config([...lines, 'uid = nobdy', 'gid = grp', 'add-gid = more']);
    expect(user).toEqual({ value: inJail('nobdy'), at: at(4) });
    expect(gid).toEqual({ value: inJail('grp'), at: at(5) });
    expect(groups).toEqual({ ofUser: true, primary: 0, added: [{ value: 'more', at: at(6) }] });
  });
});

test('without a root of its own they are those of the host, whatever is mounted', () => {
  expect(wrong(['clone = fs,pid', 'bind = /a /b', 'uid = nobdy'])).toEqual([
    '4:7-12 unknown-user: unknown user `nobdy`',
  ]);
});

describe('as root', () => {
  test.each<[readonly string[], object]>([
    [[], { user: undefined, gid: undefined, groups: undefined }],
    [['clone = user'], { user: undefined, gid: undefined, groups: [0] }],
    // A name of the host may be somebody else inside.
    [
      ['uid = www-data'],
      { user: inJail('www-data'), gid: undefined, groups: { ofUser: true, primary: 0, added: [] } },
    ],
    [['uid = +33'], { user: inJail('33'), gid: undefined, groups: { ofUser: true, primary: 0, added: [] } }],
    [
      ['uid = 33', 'gid = 5', 'no-initgroups'],
      { user: inJail('33'), gid: inJail('5'), groups: { ofUser: false, primary: 0, added: [] } },
    ],
    [
      ['gid = adm'],
      { user: undefined, gid: inJail('adm'), groups: { ofUser: false, primary: 0, added: [] } },
    ],
  ])('%j', (lines, expected) => {
    expect(ids(lines)).toEqual(expected);
  });

  test('a number without a group is no problem that can be seen from outside', () => {
    expect(wrong(['chroot = /srv', 'uid = 4242'])).toEqual([]);
  });

  test('numbers must be mapped, of names nobody knows', () => {
    const lines = [
      'clone = user,fs',
      'chroot = /srv',
      'uid = far',
      'gid = 70000',
      'add-gid = 70001',
      'add-gid = far',
    ];
    expect(wrong(lines)).toEqual([
      '5:7-12 not-mapped: gid 70000 is not in the gid-map: 0:100000:65536',
      '6:11-16 not-mapped: gid 70001 is not in the gid-map: 0:100000:65536',
    ]);
    expect(wrong(['clone = user,fs', 'chroot = /srv', 'uid = 200000'])).toEqual([
      '4:7-13 not-mapped: uid 200000 is not in the uid-map: 0:100000:65536',
    ]);
  });

  test('what can be nobody’s name is a problem everywhere', () => {
    expect(wrong(['chroot = /srv', 'uid = 0', 'gid = a:b'])).toContain(
      '4:7-10 unknown-group: unknown group `a:b`',
    );
    expect(wrong(['chroot = /srv', 'uid = -1']).join()).toContain('-1 is not an id');
  });
});

describe('without root', () => {
  const jail = ['clone = fs,pid', 'chroot = /srv'];

  test('names may turn out to be root', () => {
    const { user, gid, groups } = config([...jail, 'uid = boss', 'gid = 0'], { facts: ANNA });
    expect([user?.value, gid?.value, groups]).toEqual([inJail('boss'), inJail('0'), undefined]);
  });

  test('numbers must be', () => {
    expect(wrong([...jail, 'uid = 33', 'add-gid = x'], { facts: ANNA })).toEqual([
      "4:7-9 needs-root: without root no uid but 0 is mapped into the jail: 0 there is the daemon's own 1000",
      '5:11-12 needs-root: groups can be added by root only',
    ]);
  });
});
