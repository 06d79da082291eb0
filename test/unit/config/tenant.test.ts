// Tyrant mode as the config layer sees it: whose a value is, and what a tenant's may be.
import { describe, expect, test } from 'vitest';
import { OPTION_NAMES, OPTIONS } from '../../../src/config/options.ts';
import type { Whose } from '../../../src/config/tenant.ts';
import { needOf } from '../../../src/config/tenant-needs.ts';
import { NO_DEFAULTS, parseVassal, type VassalDefaults } from '../../../src/config/vassal.ts';
import { config, emperor, host, type Surroundings, shown, WEB, wrong } from './helpers.ts';

const TYRANT = { nofollow: false, initgroups: false };
const ANNAS = { uid: 1000, gid: 1000 };
const EMPEROR_AT = { file: '/etc/tsjail/emperor.ini', line: 9, column: 1 };

function said(value: string): { value: string; at: typeof EMPEROR_AT } {
  return { value, at: EMPEROR_AT };
}

/** Of a file of anna's. */
function annas({ defaults, input, facts, ...rest }: Surroundings = {}): Surroundings {
  return {
    ...rest,
    facts: { subIdsOf: () => ({ uid: [], gid: [] }), oomScoreAdj: 0, ...facts },
    defaults: { tyrant: TYRANT, ...defaults },
    input: { owner: ANNAS, ...input },
  };
}

const USER = ['clone = user,fs,uts'];

test('every option of a vassal says what a tenant may do with it', () => {
  const unsaid = OPTION_NAMES.filter(
    (name) => OPTIONS[name].scope === 'vassal' && needOf(name) === undefined,
  );
  // Say it in src/config/tenant-needs.ts.
  expect(unsaid).toEqual([]);
});

describe('who it runs as', () => {
  test('the owner of its file, without groups', () => {
    const { user, gid, groups, tenant } = config([], annas());
    expect(user?.value).toEqual({
      uid: 1000,
      gid: 1000,
      name: 'anna',
      home: '/home/anna',
      shell: '/bin/bash',
    });
    expect([gid?.value, groups, tenant?.uid]).toEqual([1000, [], 1000]);
  });

  test('his groups when they are asked for', () => {
    const defaults = { tyrant: { nofollow: false, initgroups: true } };
    expect(config([], annas({ defaults, input: { owner: { uid: 33, gid: 33 } } })).groups).toEqual([33, 110]);
  });

  test('a user that nobody knows', () => {
    const { user } = config([], annas({ input: { owner: { uid: 12_001, gid: 12_002 } } }));
    expect(user?.value).toMatchObject({ uid: 12_001, gid: 12_002, name: undefined });
  });

  test.each([
    [{ uid: 0, gid: 0 }, 'user and group'],
    [{ uid: 1000, gid: 0 }, 'group'],
    [{ uid: 0, gid: 1000 }, 'user'],
  ])('never root: %j', (owner, which) => {
    expect(wrong(['nonsense'], annas({ input: { owner } }))).toEqual([
      `1:1 bad-owner: it belongs to root (${which}): in tyrant mode a vassal runs as the owner of its file, which cannot be root (see chown(1))`,
    ]);
  });

  test('`uid` and `gid` may only say the same', () => {
    expect(wrong(['uid = anna', 'gid = 1000'], annas())).toEqual([]);
    expect(wrong(['uid = www-data', 'gid = 4'], annas())).toEqual([
      '2:7-15 not-the-owner: in tyrant mode a vassal runs as the owner of its file: uid 1000; did you mean `1000`?',
      '3:7-8 not-the-owner: in tyrant mode a vassal runs as the owner of its file: gid 1000; did you mean `1000`?',
    ]);
    expect(wrong(['uid = root', ...USER], annas())[0]).toContain('not-the-owner');
    expect(wrong(['add-gid = adm'], annas())[0]).toContain('a tenant cannot have `add-gid`');
  });

  test('magic names him', () => {
    expect(config(['env = A=%u:%U:%g'], annas()).env.get('A')?.value).toBe('1000:anna:1000');
  });

  test.each(['a b', 'x;y', '-x', 'a:b', "a'b", 'a$b', 'ü'])('a name that is more than a name: %s', (name) => {
    expect(wrong([], annas({ input: { name } }))[0]).toContain('bad-name');
  });
});

describe('with a user namespace', () => {
  test('he is its root, and nobody else is in it', () => {
    const { user, uidMap, gidMap } = config(USER, annas());
    const own = [{ inside: 0, outside: 1000, count: 1 }];
    expect([user, uidMap.map(({ value }) => value), gidMap.map(({ value }) => value)]).toEqual([
      undefined,
      own,
      own,
    ]);
  });

  test('his sub-ids are his too', () => {
    const subIdsOf = (uid: number) => ({
      uid: uid === 1000 ? [{ first: 200_000, count: 10 }] : [],
      gid: [{ first: 300_000, count: 5 }],
    });
    const { uidMap } = config(USER, annas({ facts: { subIdsOf } }));
    expect(uidMap.map(({ value }) => value)[1]).toEqual({ inside: 1, outside: 200_000, count: 10 });
    expect(wrong([...USER, 'uid-map = 0:0:1'], annas({ facts: { subIdsOf } }))[0]).toContain(
      '0:0:1 maps ids that are not ours',
    );
    expect(wrong([...USER, 'uid-map = 0:1000:1,1:199999:5'], annas({ facts: { subIdsOf } }))[0]).toContain(
      'not ours',
    );
  });

  test('it comes by itself with namespaces that he asks for', () => {
    expect([...config(['clone = net'], annas()).namespaces.value].sort()).toEqual(['net', 'user']);
    expect([...config(['unshare = net'], annas()).namespaces.value]).toEqual(['user']);
    expect(config(['unshare = user,fs'], annas()).unshare?.value).toEqual(new Set(['fs']));
  });

  test("those that the daemon asks for stay, and are root's", () => {
    const defaults: Partial<VassalDefaults> = {
      namespaces: { value: new Set(['fs', 'pid']), at: EMPEROR_AT },
    };
    expect([...config([], annas({ defaults })).namespaces.value]).toEqual(['fs', 'pid']);
    expect([...config(['clone = none'], annas({ defaults })).namespaces.value]).toEqual(['fs', 'pid']);
    expect([...config(['clone = net'], annas({ defaults })).namespaces.value].sort()).toEqual([
      'fs',
      'net',
      'pid',
      'user',
    ]);
  });

  test('not where the daemon has made something that he would be root over', () => {
    const root = { set: [said('namespace=/srv')] };
    expect(wrong([], annas({ defaults: root }))).toEqual([]);
    expect(wrong(['clone = user'], annas({ defaults: root }))[0]).toContain('he would be root over them');
    const hooked = emperor(['emperor-tyrant', 'hook-as-emperor = exec:true']).config?.vassalDefaults;
    expect(wrong(['unshare = net'], annas({ ...(hooked && { defaults: hooked }) }))[0]).toContain(
      'for his jail (/etc/tsjail/emperor.ini:3): he would be root over them',
    );
  });
});

/** A line, and what is said of it without a user namespace, and with one. */
const PRIVILEGED: readonly [string, RegExp, RegExp?][] = [
  ['cap = net_admin', /needs `user`/],
  ['cap-ambient = kill', /needs `user`/],
  ['hostname = x', /needs `user`|uts/],
  ['namespace = /srv', /^$/],
  ['pivot_root = /ns /ns/old', /needs `user`/],
  ['chroot = /srv', /needs `user`/],
  ['bind = /etc:/x', /needs `user`/],
  ['bind-ro = /etc:/x', /needs `user`/],
  ['tmpfs = /x', /needs `user`/],
  ['overlay = /a:/b', /needs `user`/],
  ['mask = /x', /needs `user`/],
  ['read-only = true', /needs `user`/],
  ['proc = on', /needs `user`/],
  ['dev = minimal', /needs `user`/],
  ['mount-as-root = tmpfs none /x', /needs `user`/],
  ['umount-as-root = /x', /needs `user`/],
  ['hook-as-vassal = mount:tmpfs none /x', /needs `user`/],
  ['hook-as-root = hostname:x', /needs `user`/],
  ['hook-as-user = mount:tmpfs none /x', /needs `user`/],
  ['setns-socket = /x', /needs `user`/],
  ['hook-as-emperor = mount:tmpfs none /x', /only root/, /only root/],
  ['mount-as-emperor = tmpfs none /x', /only root/, /only root/],
  ['hook-as-emperor-before-vassal = umount:/x', /only root/, /only root/],
  ['hook-as-emperor-setns = net exec:true', /only root/, /only root/],
  ['setns = /run/x', /only root/, /only root/],
  ['cgroup = /sys/fs/cgroup/x', /only root/, /only root/],
  ['cgroup-opt = a=b', /only root/, /only root/],
  ['cgroup-dir-mode = 777', /only root/, /only root/],
  ['prio = -1', /at least 0/, /at least 0/],
  ['oom-score-adj = -1', /at least 0/, /at least 0/],
  ['cpu-weight = 10000', /at most 100/, /at most 100/],
  ['restart-delay = 0', /at least 100 ms/, /at least 100 ms/],
  ['stable-after = 0', /at least 1000 ms/, /at least 1000 ms/],
  ['stop-timeout = 1h', /at most 60000 ms/, /at most 60000 ms/],
];

describe('what only root could do', () => {
  test.each(PRIVILEGED)('%s', (line, without, withUser) => {
    expect(wrong([line], annas()).join('\n')).toMatch(without);
    if (withUser) expect(wrong([...USER, line], annas()).join('\n')).toMatch(withUser);
    else expect(wrong([...USER, line], annas()).join('\n')).not.toContain('not-for-tenants');
  });

  test("is root's to do where the daemon's config asks for it", () => {
    const set = ['prio=-5', 'bind=/etc:/x', 'clone=fs', 'cgroup=/sys/fs/cgroup/x', 'cap=kill'].map(said);
    expect(wrong([], annas({ defaults: { set } }))).toEqual([]);
    expect(wrong(['clone = none'], annas({ defaults: { set } }))).toEqual([]);
  });

  test("what the daemon's config limits, a tenant cannot change", () => {
    const set = ['memory-max=1G', 'limit-nofile=100', 'no-new-privs=true'].map(said);
    for (const line of ['memory-max = 2G', 'limit-nofile = 50', 'no-new-privs = false'])
      expect(wrong([line], annas({ defaults: { set } }))[0]).toContain("the daemon's own config says");
    expect(wrong(['memory-max = 2G', 'pids-max = 10'], annas())).toEqual([]);
  });

  test("limits beyond the daemon's own", () => {
    const facts = { presentHardLimits: [...Array(7).fill(Number.POSITIVE_INFINITY), 1000] as number[] };
    expect(wrong(['limit-nofile = 1000'], annas({ facts }))).toEqual([]);
    for (const value of ['1001', '5:unlimited', 'unlimited'])
      expect(wrong([`limit-nofile = ${value}`], annas({ facts }))[0]).toContain(
        "cannot be above the daemon's own hard limit, 1000",
      );
  });

  test("as-vassal of the daemon's own hooks comes after the drop", () => {
    const defaults = emperor(['emperor-tyrant', 'hook-as-vassal = mount:tmpfs none /x']).config
      ?.vassalDefaults;
    expect(wrong([], annas({ ...(defaults && { defaults }) }))[0]).toContain('hook-as-vassal-before-drop');
  });
});

describe('whose a value is', () => {
  const files = { '/etc/tsjail/all.ini': '[vassal]\nprio = -3\nclone = fs\nbind = %(x-dir):/d\n' };

  test("of what the daemon includes it is the daemon's", () => {
    const include = [said('/etc/tsjail/all.ini')];
    const lines = ['x-dir = /srv'];
    // But a placeholder that the tenant sets makes the line his.
    expect(wrong(lines, annas({ files, defaults: { include } }))).toEqual([
      '/etc/tsjail/all.ini:4:8-19 not-for-tenants: `bind` of a tenant needs `user` among the namespaces of `clone`: without it only root could do it',
    ]);
    const set = [said('x-dir=/srv')];
    expect(wrong(lines, annas({ files, defaults: { include, set } }))).toEqual([]);
  });

  test("a tenant who includes the daemon's file has it as his own", () => {
    expect(wrong(['include = /etc/tsjail/all.ini', 'x-dir = /srv'], annas({ files }))).toHaveLength(1);
  });

  test("a path of his file makes a line of the daemon's his", () => {
    const set = (line: string) => annas({ defaults: { set: ['clone=fs', line].map(said) } });
    for (const letter of ['d', 'p', 'c', 'v', 'o', '0', 'D', 'P'])
      expect(wrong([], set(`bind=/%${letter}/x:/x`))[0]).toContain('not-for-tenants');
    expect(wrong([], set('bind=/srv/%n:/x'))).toEqual([]);
    expect(wrong([], set('bind=/srv/%u/%U:/x'))).toEqual([]);
  });

  test('a log file is opened as whoever names it', () => {
    const owner = (lines: string[], set: string[] = []) => {
      const { value } = config(lines, annas({ defaults: { set: set.map(said) } })).log;
      return value.kind === 'file' ? value.owner?.uid : value;
    };
    expect(owner(['log = file:/tmp/x'])).toBe(1000);
    expect(owner([], ['log=file:/var/log/%n.log'])).toBeUndefined();
    expect(owner([], ['log=file:%d/log'])).toBe(1000);
  });
});

describe('whose rights a file is read with', () => {
  function asked(lines: readonly string[], defaults: Partial<VassalDefaults> = {}): string[] {
    const seen: string[] = [];
    const file = (path: string, whose: Whose) => {
      seen.push(`${whose} ${path}`);
      return { text: '[vassal]\nx-a = 1\n' };
    };
    const text = ['[vassal]', ...lines, 'command = /bin/true'].join('\n');
    const input = { name: 'web', path: WEB, directory: '/etc/tsjail/vassals', text, owner: ANNAS };
    parseVassal(input, { ...NO_DEFAULTS, tyrant: TYRANT, ...defaults }, { ...host(), file });
    return [...new Set(seen)];
  }

  test.each(['include = /x', 'inherit = /x', 'env-file = /x', 'env = A=@(/x)', 'set = include=/x'])(
    "the tenant's for %s",
    (line) => {
      expect(asked([line])).toEqual(['tenant /x']);
    },
  );

  test("the daemon's for its own, but not along a path with something of the vassal in it", () => {
    const set = ['env-file=/e', 'env-file=%d/e', 'env=A=@(/f)', 'env=B=@(%d/f)', 'env=C=@(/f/%n)'].map(said);
    const include = ['/i', '/i/%n', '%d/i'].map(said);
    expect(asked([], { set, include }).sort()).toEqual(
      [
        'daemon /e',
        'daemon /f',
        'daemon /i',
        'tenant /etc/tsjail/vassals/e',
        'tenant /etc/tsjail/vassals/f',
        'tenant /etc/tsjail/vassals/i',
        'tenant /f/web',
        'tenant /i/web',
      ].sort(),
    );
  });

  test('what an included file includes goes with it', () => {
    const file = (path: string, whose: Whose) => ({
      text: `[vassal]\nx-who = ${whose}\n${path === '/i' ? 'include = /j\n' : ''}`,
    });
    const seen: string[] = [];
    const input = {
      name: 'web',
      path: WEB,
      directory: '/',
      text: '[vassal]\ninclude = /i\ncommand = a',
      owner: ANNAS,
    };
    const watch = (path: string, whose: Whose) => {
      seen.push(`${whose} ${path}`);
      return file(path, whose);
    };
    parseVassal(input, { ...NO_DEFAULTS, tyrant: TYRANT, include: [said('/i')] }, { ...host(), file: watch });
    expect([...new Set(seen)].sort()).toEqual(['daemon /i', 'daemon /j', 'tenant /i', 'tenant /j']);
  });
});

describe("the daemon's environment", () => {
  const facts = { env: { PATH: '/bin', LC_ALL: 'C', SECRET: 's3cret', HOME: '/root' } };

  test('a tenant may ask for what is no secret', () => {
    const { env } = config(
      ['env = A=$(PATH)$(LC_ALL)', 'env = B=$(SECRET)', 'env = C=$(HOME:-none)'],
      annas({ facts }),
    );
    expect([...env.values()].map(({ value }) => value)).toEqual(['/binC', '$(SECRET)', 'none']);
  });

  test("the daemon's own lines may ask for all", () => {
    const { env } = config([], annas({ facts, defaults: { set: [said('env=A=$(SECRET)')] } }));
    expect(env.get('A')?.value).toBe('s3cret');
  });
});

test('without tyrant mode an owner means nothing', () => {
  expect(config(['prio = -1'], { input: { owner: ANNAS } }).tenant).toBeUndefined();
});

test('no message shows a line of a file that was not read', () => {
  const files = { '/etc/shadow': { failure: 'EACCES' } };
  expect(
    wrong(['include = /etc/shadow', 'env-file = /etc/shadow', 'env = A=@(/etc/shadow)'], annas({ files })),
  ).toEqual([
    '2:11-22 unreadable: cannot read /etc/shadow: EACCES (permission denied)',
    '3:12-23 unreadable: cannot read /etc/shadow: EACCES (permission denied)',
    '4:9-23 unreadable: cannot read /etc/shadow: EACCES (permission denied)',
  ]);
});

test("the daemon's options", () => {
  expect(emperor(['emperor-tyrant']).config?.vassalDefaults.tyrant).toEqual(TYRANT);
  expect(emperor([]).config?.vassalDefaults.tyrant).toBeUndefined();
  expect(
    emperor(['emperor-tyrant-initgroups', 'emperor-tyrant']).config?.vassalDefaults.tyrant?.initgroups,
  ).toBe(true);
  expect(shown(emperor(['emperor-tyrant-initgroups']).problems, '/etc/tsjail/emperor.ini')[0]).toContain(
    'needs-tyrant',
  );
});
