import { describe, expect, test } from 'vitest';
import { HOSTS_ROOT } from '../../../src/config/root/settings.ts';
import { ANNA, at, config, wrong } from './helpers.ts';

const CLONE = 'clone = fs,pid';
const root = (...lines: string[]) => config([CLONE, ...lines, 'profile = open']).root;

test('nothing said: the host’s root', () => {
  expect(config([]).root).toEqual(HOSTS_ROOT);
});

describe('namespace', () => {
  test('brings its namespaces and the host name, at its line', () => {
    const { namespaces, hostname, root: made } = config(['namespace = /srv/web:web-1']);
    expect([...namespaces.value]).toEqual(['fs', 'ipc', 'uts', 'pid']);
    expect(namespaces.at).toEqual(at(2));
    expect(hostname).toEqual({ value: 'web-1', at: at(2) });
    expect(made.own).toEqual({ kind: 'namespace', directory: '/srv/web', at: at(2) });
  });

  test('adds to `clone`; `namespace-net` adds net, whatever its value but false', () => {
    expect([...config(['clone = user,time', 'ns = /r']).namespaces.value].sort()).toEqual(
      ['fs', 'ipc', 'pid', 'time', 'user', 'uts'].sort(),
    );
    expect(config(['ns = /r', 'ns-net = 192.168.0.1']).namespaces.value.has('net')).toBe(true);
    expect(config(['ns = /r', 'namespace-net = false']).namespaces.value.has('net')).toBe(false);
  });

  test('`hostname` wins over its end', () => {
    expect(config(['hostname = a', 'namespace = /r:b']).hostname?.value).toBe('a');
    expect(config(['namespace = /r']).hostname).toBeUndefined();
  });

  test('a kept mount below the root is put where it is inside, any other at the same path', () => {
    const { puts } = config([
      'namespace = /srv/web/',
      'namespace-keep-mount = /srv/web/run',
      'namespace-keep-mount = /srv/webby',
      'namespace-keep-mount = /a:/b',
    ]).root;
    expect(puts.map((put) => put.kind === 'bind' && [put.source, put.target, put.recursive])).toEqual([
      ['/srv/web/run', '/run', false],
      ['/srv/webby', '/srv/webby', false],
      ['/a', '/b', false],
    ]);
  });
});

test.each([
  ['/ns /ns/.old', '.old'],
  ['/ns/ /ns//a/../old/', 'old'],
  ['/ns   .old', '.old'],
])('pivot_root = %s', (value, old) => {
  expect(root(`pivot_root = ${value}`).own).toEqual({ kind: 'pivot', root: '/ns', old, at: at(3) });
});

test('mounts keep the order of the lines, whatever option they are of', () => {
  const { puts } = root(
    'tmpfs = /t size=1m,noexec,mode=700',
    'bind-ro = /a',
    'overlay = /l:/o',
    'bind = /b:/c',
    'overlay = /l:/u:/w:/p',
    'tmpfs = /x exec,dev suid',
  );
  expect(puts).toEqual([
    { kind: 'tmpfs', target: '/t', flags: 14, data: 'size=1m,mode=700', at: at(3) },
    { kind: 'bind', source: '/a', target: '/a', readOnly: true, recursive: true, at: at(4) },
    { kind: 'overlay', lower: '/l', upper: undefined, work: undefined, target: '/o', at: at(5) },
    { kind: 'bind', source: '/b', target: '/c', readOnly: false, recursive: true, at: at(6) },
    { kind: 'overlay', lower: '/l', upper: '/u', work: '/w', target: '/p', at: at(7) },
    { kind: 'tmpfs', target: '/x', flags: 0, data: '', at: at(8) },
  ]);
});

test('the rest', () => {
  expect(
    root('proc = hidepid=2,subset=pid', 'dev = minimal', 'read-only', 'mask = /a', 'mask = /b'),
  ).toMatchObject({
    proc: { value: { mount: 'on', data: 'hidepid=2,subset=pid' }, at: at(3) },
    minimalDev: at(4),
    readOnly: at(5),
    masks: [
      { value: '/a', at: at(6) },
      { value: '/b', at: at(7) },
    ],
  });
});

describe('values that cannot be', () => {
  test.each([
    ['namespace = web', 'the root `web` is not an absolute path; did you mean `/web`?'],
    ['namespace = /web:a b', '`a b` is not a host name: letters, digits, `-`, `.`'],
    [
      'pivot_root = /ns',
      'this wants two paths: the new root and, below it, a directory for the old one; did you mean `/ns /ns/.old_root`?',
    ],
    [
      'pivot_root = /ns /.old',
      'the old root must be put below the new one, /ns; did you mean `/ns /ns/.old`?',
    ],
    [
      'pivot_root = /ns /ns',
      'the old root must be put below the new one, /ns; did you mean `/ns /ns/.old_root`?',
    ],
    ['pivot_root = / /.old', '/ is the root already'],
    ['pivot_root = /a /a/b c', 'this wants two paths, and blanks cannot be in them'],
    ['bind = /a:b', 'target `b` is not an absolute path; did you mean `/a:/b`?'],
    ['bind = /a:', 'target is missing'],
    [
      'bind = /a:/b:ro',
      '`/a:/b:ro` is not SOURCE[:TARGET]: `bind-ro` is the read-only one; did you mean `/a:/b`?',
    ],
    ['bind-ro = a', 'source `a` is not an absolute path; did you mean `/a`?'],
    ['tmpfs = size=1m', 'target `size=1m` is not an absolute path; did you mean `/size=1m`?'],
    ['overlay = /a', '`/a` is neither LOWER:UPPER:WORK:TARGET nor LOWER:TARGET'],
    ['overlay = /a:/b:/c', '`/a:/b:/c` is neither LOWER:UPPER:WORK:TARGET nor LOWER:TARGET'],
    ['proc = yes', '`yes` is none of auto, on, off, hidepid=N, gid=N, subset=pid'],
    ['dev = minimum', '`minimum` is neither minimal nor host; did you mean `minimal`?'],
    ['bind = /a:/', 'nothing can be mounted on / but in a root of its own: see `namespace`'],
    ['tmpfs = /', 'nothing can be mounted on / but in a root of its own: see `namespace`'],
  ])('%s', (line, problem) => {
    const [found = '', ...others] = wrong([CLONE, line]);
    expect(others).toEqual([]);
    expect(found.replace(/^3:\d+-\d+ bad-value: /, '')).toBe(problem);
  });
});

describe('what does not go together', () => {
  test.each([
    [
      'two roots',
      ['clone = fs', 'namespace = /a', 'chroot = /b'],
      '4:1-7 two-roots: there can be one root: `namespace` makes it already',
    ],
    [
      'a kept mount without `namespace`',
      ['namespace-keep-mount = /a'],
      '2:1-21 alone: `namespace-keep-mount` means nothing without `namespace`; did you mean `bind`?',
    ],
    ['ns-net alone', ['ns-net = 1'], '2:1-7 alone: `ns-net` means nothing without `namespace`'],
    [
      'keep-old-root alone',
      ['clone = fs', 'keep-old-root = 1'],
      '3:1-14 alone: `keep-old-root` means nothing without `pivot-root`',
    ],
  ])('%s', (_what, lines, problem) => {
    expect(wrong(lines)).toEqual([problem]);
  });

  test.each([
    ['pivot_root = /a /a/b', '14-21', 'pivot_root'],
    ['bind = /a', '8-10', 'bind'],
    ['bind-ro = /a', '11-13', 'bind-ro'],
    ['tmpfs = /a', '9-11', 'tmpfs'],
    ['overlay = /a:/b', '11-16', 'overlay'],
    ['mask = /a', '8-10', 'mask'],
    ['read-only = true', '13-17', 'read-only'],
    ['dev = minimal', '7-14', 'dev'],
    ['proc = on', '8-10', 'proc'],
  ])('%s without a mount namespace', (line, columns, key) => {
    expect(wrong(['clone = pid', line])).toEqual([
      `3:${columns} needs-namespace: \`${key}\` needs a new fs namespace; did you mean \`clone = pid,fs\`?`,
    ]);
    expect(wrong(['clone = fs', line])).toEqual([]);
  });

  test.each([
    ['size=64mb', '`size=64mb` is not bytes, also with k, m, g, or a percentage'],
    ['size=', '`size=` is not bytes, also with k, m, g, or a percentage'],
    ['size=-1', '`size=-1` is not bytes, also with k, m, g, or a percentage'],
    [
      'size=18446744073709551616',
      '`size=18446744073709551616` is too large: the kernel would take it for something else',
    ],
    ['size=8E', '`size=8E` is too large: the kernel would take it for something else'],
    ['nr_inodes=x', '`nr_inodes=x` is not a number, also with k, m, g'],
    ['mode=789', '`mode=789` is no octal mode such as 755 or 1777'],
  ])('tmpfs with %s', (option, message) => {
    const to = 20 + option.length;
    expect(wrong([CLONE, `tmpfs = /t nosuid, ${option},ro`])).toEqual([`3:20-${to} bad-value: ${message}`]);
  });

  test.each(['size=7E', 'size=50%%', 'size=0', 'nr_blocks=1k', 'mode=01777', 'huge=always', 'constructor'])(
    'tmpfs may have %s',
    (option) => {
      expect(root(`tmpfs = /t ${option}`).puts).toMatchObject([{ data: option.replace('%%', '%') }]);
    },
  );

  test('a fresh /proc in a new user namespace needs a pid namespace that belongs to it', () => {
    const told = (place: string) => [
      `${place} needs-namespace: \`proc\` needs a pid namespace that is new by then: root of a new user namespace may not mount the /proc of an older one`,
    ];
    const proc = 'proc = hidepid=2';
    expect(wrong(['clone = fs,user', proc])).toEqual(told('3:8-17'));
    expect(wrong(['clone = fs,user,pid', proc])).toEqual([]);
    expect(wrong(['clone = fs', proc])).toEqual([]);
    expect(wrong(['clone = fs', proc], { facts: ANNA })).toEqual(told('3:8-17'));
    expect(wrong(['clone = pid', 'unshare = user,fs', proc])).toEqual(told('4:8-17'));
    expect(wrong(['clone = net', 'unshare = user,fs,pid', 'refork = 1', proc])).toEqual(told('5:8-17'));
    expect(wrong(['clone = net', 'unshare = user,fs,pid', 'refork-post-jail', proc])).toEqual([]);
    expect(wrong(['clone = fs', 'unshare2 = user', proc])).toEqual([]);
    expect(wrong(['clone = fs,user', 'proc = auto'])).toEqual([]);
  });

  test('nothing is mounted in a mount namespace that is older than the user namespace', () => {
    const told = (place: string, key: string, option: string) =>
      `${place} needs-namespace: \`${key}\` needs a mount namespace that is not older than the user namespace of \`${option}\`: only its root may mount there; did you mean \`unshare = user,fs\`?`;
    const lines = ['clone = fs', 'unshare = user'];
    for (const [line, columns, key] of [
      ['tmpfs = /a', '9-11', 'tmpfs'],
      ['dev = minimal', '7-14', 'dev'],
      ['read-only', '1-10', 'read-only'],
      ['proc = on', '8-10', 'proc'],
      ['namespace = /a', '13-15', 'namespace'],
    ] as const) {
      expect(wrong([...lines, line])).toEqual([told(`4:${columns}`, key, 'unshare')]);
      expect(wrong(['unshare = user,fs,pid', 'refork-post-jail', line])).toEqual([]);
    }
    const late = ['clone = fs', 'unshare2 = user'];
    expect(wrong([...late, 'tmpfs = /a', 'namespace = /r'])).toEqual([]);
    expect(wrong([...late, 'mask = /a'])).toEqual([told('4:8-10', 'mask', 'unshare2')]);
    expect(wrong([...lines, 'tmpfs = /a'], { facts: ANNA })).toEqual([]);
  });

  test('what is switched off needs nothing', () => {
    expect(wrong(['read-only = off', 'dev = host', 'proc = off', 'ns-net = off'])).toEqual([]);
    expect(wrong(['proc = auto', 'keep-old-root = no'])).toEqual([]);
  });
});

test.each([
  ['mask = /a', 'mask'],
  ['read-only', 'read-only'],
  ['pivot_root = /n /n/o', 'pivot_root'],
])('`unshare2 = fs` and %s', (line, key) => {
  expect(wrong(['clone = fs', 'unshare2 = fs', line])).toEqual([
    `3:12-14 contradiction: \`unshare2 = fs\` comes between the mounts and what \`${key}\` does to them: see \`unshare\``,
  ]);
  expect(wrong(['unshare = fs', line])).toEqual([]);
});

describe('chroot', () => {
  const escapable =
    '2:1-7 !escapable: a command that stays root can leave a `chroot`: set `uid`, or use `namespace`; did you mean `namespace`?';

  test('of a command that stays root is warned of', () => {
    expect(wrong(['chroot = /a'])).toEqual([escapable]);
    expect(wrong(['chroot = /a', 'uid = root'])).toEqual([escapable]);
    expect(wrong(['chroot = /a', 'uid = www-data'])).toEqual([]);
    expect(wrong(['chroot = /a', 'clone = fs'])).toEqual([]);
    expect(wrong(['chroot = /a', 'clone = user'])).toEqual([]);
  });

  test('an ordinary user needs a namespace for it', () => {
    expect(wrong(['chroot = /a'], { facts: ANNA })).toEqual([
      '2:1-7 needs-root: `chroot` needs root, or namespaces of its own; did you mean `namespace`?',
    ]);
    expect(wrong(['chroot = /a', 'clone = uts'], { facts: ANNA })).toEqual([]);
  });
});
