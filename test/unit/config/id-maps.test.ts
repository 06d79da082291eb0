// Maps of an ordinary user who has sub-ids; those of root and of a user without are in jail-settings.test.ts.
import { describe, expect, test } from 'vitest';
import type { HostFacts, SubIds } from '../../../src/config/host.ts';
import { ANNA, at, config, wrong } from './helpers.ts';

const SPAN = { first: 100_000, count: 65_536 };
const facts = (subIds: Partial<SubIds> = {}): Partial<HostFacts> => ({
  ...ANNA,
  subIds: { uid: [SPAN], gid: [SPAN], ...subIds },
});
const maps = (lines: readonly string[], subIds?: Partial<SubIds>) => {
  const { uidMap, gidMap, mapHelpers } = config(lines, { facts: facts(subIds) });
  const texts = [uidMap, gidMap].map((map) => map.map(({ value }) => Object.values(value).join(':')).join());
  return [...texts, mapHelpers.map(({ value }) => value).join()];
};

describe('root of a user namespace that has not all ids', () => {
  const ids = { uid: [{ first: 0, count: 1 }, SPAN], gid: [SPAN] };

  test('can map those that are there, each range from one of them', () => {
    const own = ['clone = user', 'uid-map = 0:0:1,1:100000:65536', 'gid-map = 0:100001:65535'];
    expect(wrong(own, { facts: { ids } })).toEqual([]);
    expect(wrong(['clone = user', 'uid-map = 0:0:2', 'gid-map = 0:99999:2'], { facts: { ids } })).toEqual([
      "3:11-16 bad-map: 0:0:2 maps ids that are not there: the daemon's own user namespace has 0, 100000-165535",
      "4:11-20 bad-map: 0:99999:2 maps ids that are not there: the daemon's own user namespace has 100000-165535",
    ]);
  });

  test('has the usual map where it can', () => {
    expect(wrong(['clone = user'], { facts: { ids } })).toEqual([]);
    expect(wrong(['clone = user'], { facts: { ids: { uid: [{ first: 0, count: 65_536 }] } } })).toEqual([
      "2:1 bad-map: 0:100000:65536 maps ids that are not there: the daemon's own user namespace has 0-65535; see `uid-map`",
    ]);
    expect(wrong(['clone = user'])).toEqual([]);
  });
});

describe('by default', () => {
  test('his own id is root, all others follow', () => {
    const map = '0:1000:1,1:100000:65536';
    expect(maps(['clone = pid'])).toEqual([map, map, 'uid,gid']);
    expect(config(['', 'clone = pid'], { facts: facts() }).mapHelpers[0]).toEqual({
      value: 'uid',
      at: at(3),
    });
  });

  test('several spans one behind the other; one that has his own id is left out', () => {
    const uid = [
      { first: 5000, count: 10 },
      { first: 900, count: 200 },
      { first: 7000, count: 5 },
    ];
    expect(maps(['clone = pid'], { uid })[0]).toBe('0:1000:1,1:5000:10,11:7000:5');
  });

  test('where there are none there is his own id, which needs nobody', () => {
    expect(maps(['clone = pid'], { uid: [], gid: [] })).toEqual(['0:1000:1', '0:1000:1', '']);
    expect(maps(['clone = pid'], { gid: [] })).toEqual(['0:1000:1,1:100000:65536', '0:1000:1', 'uid']);
    expect(maps(['clone = none'])).toEqual(['', '', '']);
  });
});

describe('of his own making', () => {
  test('from what is his, the user namespace comes by itself', () => {
    const lines = ['clone = pid', 'uid-map = 0:100000:10', 'uid-map = 10:1000:1', 'gid-map = 0:1000:1'];
    expect(maps(lines)).toEqual(['0:100000:10,10:1000:1', '0:1000:1', 'uid']);
  });

  test.each([
    ['0:1000:1,1:99999:2', '1:99999:2'],
    ['0:1000:1,1:165535:2', '1:165535:2'],
    ['0:1000:2', '0:1000:2'],
    ['0:0:1', '0:0:1'],
  ])('%s: which range is not', (text, range) => {
    const problem = `${range} maps ids that are not ours: without root there are 1000, 100000-165535`;
    expect(wrong(['clone = pid', `gid-map = ${text}`], { facts: facts() })).toEqual([
      `3:11-${11 + text.length} bad-map: ${problem} (see /etc/subgid); did you mean \`0:1000:1,1:100000:65536\`?`,
    ]);
  });

  test('what holds for root’s maps holds for his', () => {
    const said = (map: string) => wrong(['clone = pid', `uid-map = ${map}`], { facts: facts() })[0];
    expect(said('1:1000:1')).toContain('0 inside must be mapped');
    expect(said('0:1000:1,0:100000:5')).toContain('share an id inside');
    expect(said('0:100000:5,5:100004:1')).toContain('share an id outside');
  });

  test('why there are no more than his own', () => {
    const none = facts({ uid: [], gid: [], lack: '/usr/bin/newuidmap is not there' });
    expect(wrong(['clone = pid', 'uid-map = 0:1000:2'], { facts: none })).toEqual([
      "3:11-19 bad-map: without root only the daemon's own id can be mapped, to 0 (/usr/bin/newuidmap is not there); did you mean `0:1000:1`?",
    ]);
  });
});

describe('who he can be', () => {
  const ids = (lines: readonly string[], subIds?: Partial<SubIds>) => {
    const { user, gid, groups } = config(lines, { facts: facts(subIds) });
    return [user && 'uid' in user.value ? user.value.uid : undefined, gid?.value, groups];
  };

  test('anybody who is mapped, with the groups of that one', () => {
    expect(ids(['clone = pid', 'uid = www-data'])).toEqual([33, 33, [33, 110]]);
    expect(ids(['clone = pid'])).toEqual([undefined, undefined, [0]]);
    expect(ids(['clone = pid', 'add-gid = adm'])).toEqual([undefined, undefined, [0, 4]]);
    expect(wrong(['clone = pid', 'uid = far'], { facts: facts() })).toContain(
      '3:7-10 not-mapped: uid 200000 is not in the uid-map: 0:1000:1, 1:100000:65536',
    );
  });

  test('without groups of his own to map there are none to be had', () => {
    expect(ids(['clone = pid', 'uid = www-data', 'gid = 0'], { gid: [] })).toEqual([33, 0, undefined]);
    expect(wrong(['clone = pid', 'add-gid = adm'], { facts: facts({ gid: [] }) })).toEqual([
      '3:11-14 needs-root: groups can be added by root only',
    ]);
  });

  test('outside of a user namespace he is himself', () => {
    expect(wrong(['uid = www-data'], { facts: facts() })).toEqual([
      "2:7-15 needs-root: without root a vassal keeps the daemon's own uid, 1000",
    ]);
  });
});
