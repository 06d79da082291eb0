import { describe, expect, test } from 'vitest';
import { ANNA, at, config, EMPEROR, wrong } from './helpers.ts';

const range = (inside: number, outside: number, count: number) => ({ inside, outside, count });
const spaces = (lines: readonly string[], surroundings?: Parameters<typeof config>[1]) => [
  ...config(lines, surroundings).namespaces.value,
];

describe('namespaces', () => {
  test('lines of `clone` add up; `none` takes back those before it', () => {
    expect(spaces(['clone = fs', 'clone = pid,fs'])).toEqual(['fs', 'pid']);
    expect(spaces(['clone = fs', 'clone = none', 'clone = uts'])).toEqual(['uts']);
    expect(config(['clone = fs', 'clone = uts']).namespaces.at).toEqual(at(3));
  });

  test('those of the daemon are for vassals without a `clone`', () => {
    const defaults = { namespaces: { value: new Set(['net' as const]), at: at(4, 1, EMPEROR) } };
    expect(config([], { defaults }).namespaces).toEqual({ value: new Set(['net']), at: at(4, 1, EMPEROR) });
    expect(spaces(['clone = fs'], { defaults })).toEqual(['fs']);
    expect(spaces(['clone = none'], { defaults })).toEqual([]);
    expect(wrong(['hostname = h'], { defaults })).toEqual([
      '2:12-13 needs-namespace: `hostname` needs a new uts namespace; did you mean `clone = net,uts`?',
    ]);
  });
});

describe('what needs a namespace', () => {
  test.each([
    [
      'hostname = h',
      '12-13 needs-namespace: `hostname` needs a new uts namespace; did you mean `clone = fs,uts`?',
    ],
    [
      'init = off',
      '8-11 needs-namespace: `init = false` needs a new pid namespace; did you mean `clone = fs,pid`?',
    ],
    [
      'uid-map = 0:1:2',
      '11-16 needs-namespace: `uid-map` needs a new user namespace; did you mean `clone = fs,user`?',
    ],
    [
      'gid-map = 0:1:2',
      '11-16 needs-namespace: `gid-map` needs a new user namespace; did you mean `clone = fs,user`?',
    ],
  ])('%s', (line, problem) => {
    expect(wrong(['clone = fs', line])).toEqual([`3:${problem}`]);
    expect(wrong(['clone = uts,pid,user', line])).toEqual([]);
  });

  test('`init = true` needs none', () => {
    expect(wrong(['init = true'])).toEqual([]);
  });

  test('where `clone` is bad nothing is said about what it lacks', () => {
    expect(wrong(['clone = utz', 'hostname = h', 'init = false'])).toHaveLength(1);
  });
});

describe('id maps', () => {
  test('default: 65536 ids from 100000, at the line of `clone`', () => {
    const { uidMap, gidMap } = config(['', 'clone = user']);
    expect(uidMap).toEqual([{ value: range(0, 100_000, 65_536), at: at(3) }]);
    expect(gidMap).toEqual(uidMap);
    expect(config(['clone = fs'])).toMatchObject({ uidMap: [], gidMap: [] });
  });

  test('lines add up; the other map keeps its default', () => {
    const { uidMap, gidMap } = config([
      'clone = user',
      'uid-map = 0:5000:1, 1:6000:9',
      'uid-map = 10:7000:1',
    ]);
    expect(uidMap).toEqual([
      { value: range(0, 5000, 1), at: at(3) },
      { value: range(1, 6000, 9), at: at(3) },
      { value: range(10, 7000, 1), at: at(4) },
    ]);
    expect(gidMap[0]?.value).toEqual(range(0, 100_000, 65_536));
  });

  test.each([
    ['0:1000:10, 5:2000:1', '11-30 bad-map: two ranges share an id inside'],
    ['0:1000:10, 10:1009:1', '11-31 bad-map: two ranges share an id outside'],
    ['1:1000:10', '11-20 bad-map: 0 inside must be mapped: the init of the jail is root there'],
    [
      Array.from({ length: 500 }, (_, i) => `${i}:${i}:1`).join(','),
      '11-4790 bad-map: too many ranges: the kernel takes 4095 bytes',
    ],
  ])('%.30s', (text, problem) => {
    expect(wrong(['clone = user', `uid-map = ${text}`])).toEqual([`3:${problem}`]);
    expect(wrong(['clone = user', `gid-map = ${text}`])).toEqual([`3:${problem}`]);
  });

  test('a map of just 4095 bytes is one', () => {
    const many = Array.from({ length: 340 }, (_, i) => `${1000 + i}:${2000 + i}:1`);
    const map = (last: string) => ['0:5:1', ...many, last];
    expect(`${map('7:1000:1').join('\n')}\n`).toHaveLength(4095);
    expect(wrong(['clone = user', `uid-map = ${map('7:1000:1').join()}`])).toEqual([]);
    expect(wrong(['clone = user', `uid-map = ${map('17:1000:1').join()}`])).toHaveLength(1);
  });

  test('ranges of different lines may not overlap either; it is told at the last one', () => {
    expect(wrong(['clone = user', 'uid-map = 0:1:5', 'uid-map = 4:9:1'])).toEqual([
      '4:11-16 bad-map: two ranges share an id inside',
    ]);
  });
});

describe('without root', () => {
  test('any namespace brings one of its own for the user, where his id is 0', () => {
    const { namespaces, uidMap, gidMap } = config(['clone = pid'], { facts: { uid: 1000, gid: 100 } });
    expect(namespaces.value).toEqual(new Set(['user', 'pid']));
    expect([uidMap[0]?.value, gidMap[0]?.value]).toEqual([range(0, 1000, 1), range(0, 100, 1)]);
    expect(spaces(['clone = time'], { facts: ANNA })).toEqual(['user', 'time']);
  });

  test('none brings none', () => {
    expect(config([], { facts: ANNA })).toMatchObject({ uidMap: [], gidMap: [] });
    expect(spaces([], { facts: ANNA })).toEqual([]);
  });

  test('only his own id can be mapped', () => {
    expect(wrong(['clone = user', 'uid-map = 0:1000:1'], { facts: ANNA })).toEqual([]);
    for (const map of ['0:1000:2', '0:1001:1', '1:1000:1', '0:1000:1,1:1001:1']) {
      expect(wrong(['clone = user', `uid-map = ${map}`], { facts: ANNA })).toEqual([
        `3:11-${11 + map.length} bad-map: without root only the daemon's own id can be mapped, to 0; did you mean \`0:1000:1\`?`,
      ]);
    }
  });
});

describe('unshare', () => {
  const sets = (lines: readonly string[], options = {}) => {
    const { namespaces, unshare, unshare2, refork } = config(lines, options);
    const list = (set: typeof unshare) => set && [...set.value];
    return { clone: list(namespaces), unshare: list(unshare), unshare2: list(unshare2), refork };
  };

  test('lines add up; sharing of what no program shares with its parent is nothing', () => {
    expect(
      sets(['unshare = fs,files', 'unshare = mnt,io,ipc', 'unshare2 = parent,sysvsem,uts']),
    ).toMatchObject({
      unshare: ['fs', 'ipc'],
      unshare2: ['uts'],
    });
  });

  test('a refork that is false is none', () => {
    expect(sets(['refork = false', 're-fork-as-root', 'refork-post-jail = 1']).refork).toEqual({
      last: undefined,
      asRoot: { value: true, at: at(3) },
      postJail: { value: true, at: at(4) },
    });
  });

  test.each([
    [['unshare = pid'], 'refork = true'],
    [['unshare2 = pid', 'refork-post-jail = true'], 'refork = true'],
  ])('%j needs a later refork', (lines, suggestion) => {
    const [problem] = wrong(lines);
    expect(problem).toMatch(/^2:\d+-\d+ needs-refork: /);
    expect(problem).toContain(`did you mean \`${suggestion}\``);
    expect(wrong([...lines, 'refork-as-root = true'])).toEqual([]);
  });

  test('one user namespace', () => {
    expect(wrong(['unshare = user,fs', 'unshare2 = net,user'])).toEqual([
      '3:12-20 contradiction: there can be one new user namespace, and `unshare` makes it already',
    ]);
  });

  test('names and maps need a namespace of any of the three', () => {
    expect(wrong(['unshare2 = uts,user', 'hostname = h', 'uid-map = 0:1:9'])).toEqual([]);
    const { uidMap } = config(['', 'unshare = user']);
    expect(uidMap).toEqual([{ value: { inside: 0, outside: 100_000, count: 65_536 }, at: at(3) }]);
  });

  test('without root the user namespace is there from the start', () => {
    const facts = { uid: 1000, gid: 100 };
    expect(sets(['unshare = user,fs'], { facts })).toMatchObject({ clone: ['user'], unshare: ['fs'] });
  });
});
