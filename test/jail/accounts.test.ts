// Users and groups that are looked up in the jail: its own /etc/passwd and /etc/group count, whatever is in them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CAPABILITIES } from '../../src/config/identity/capabilities.ts';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import type { GroupsInJail, VassalConfig } from '../../src/config/vassal-config.ts';
import { HOSTILE } from '../helpers/hostile-accounts.ts';
import { etc, runIn } from '../helpers/jail-etc.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

const MAP = [located({ inside: 0, outside: 100_000, count: 65_536 })];
const PASSWD =
  'root:x:0:0::/root:/bin/sh\nweb:x:3333:4444:Web,,,:/srv/web:/bin/false\nboss:x:0:0:::\nbare:x:5555:5556:::\n';
const GROUP = 'root:x:0:\nweb:x:4444:\nssl:x:77:other,web\nlogs:x:78:web\nnot:x:79:webs,we\nextra:x:80:\n';
const FILES = { passwd: PASSWD, group: GROUP };

const inJail = (name: string, line = 3) => located({ inJail: name }, line);
const groupsOf = (changes: Partial<GroupsInJail> = {}): GroupsInJail => ({
  ofUser: true,
  primary: 0,
  added: [],
  ...changes,
});

function jail(changes: Partial<VassalConfig>, ...more: NamespaceName[]): Partial<VassalConfig> {
  const maps = more.includes('user') ? { uidMap: MAP, gidMap: MAP } : {};
  return { namespaces: located(new Set<NamespaceName>(['fs', 'pid', ...more])), ...maps, ...changes };
}

const ID = located(['sh', '-c', 'echo $(id -u) $(id -g) $(id -G)']);
const ENV = located(['sh', '-c', 'echo "$HOME|$USER|$LOGNAME|$SHELL"']);

const sorted = (lines: string) => lines.split('\n').sort().join(' ');

/** What the jail printed, or what was said to be wrong. */
async function outcome(
  directory: string,
  changes: Partial<VassalConfig>,
  ...more: NamespaceName[]
): Promise<string> {
  const end = await runIn(directory, jail(changes, ...more));
  return end.said?.replace('/etc/tsjail/vassals/web.ini:', '') ?? end.output.trim();
}

const KINDS: readonly (readonly [string, readonly NamespaceName[]])[] = [
  ['looked up in the jail', []],
  ['looked up in a jail with a user namespace', ['user']],
];

describeRoot.each(KINDS)((_name, more) => {
  test.each<[string, Partial<VassalConfig>, string]>([
    ['a user brings group and groups', { user: inJail('web'), groups: groupsOf() }, '3333 4444 4444 77 78'],
    ['a number is looked up too', { user: inJail('3333'), groups: groupsOf() }, '3333 4444 4444 77 78'],
    ['no-initgroups', { user: inJail('web'), groups: groupsOf({ ofUser: false }) }, '3333 4444 4444'],
    [
      'add-gid by name and number',
      { user: inJail('web'), groups: groupsOf({ added: [located('extra'), located('9'), located('ssl')] }) },
      '3333 4444 4444 9 77 78 80',
    ],
    ['gid by name', { user: inJail('web'), gid: inJail('ssl'), groups: groupsOf() }, '3333 77 77 78'],
    ['gid by number', { user: inJail('web'), gid: inJail('6'), groups: groupsOf() }, '3333 6 6 77 78'],
    ['gid alone', { gid: inJail('ssl'), groups: groupsOf({ ofUser: false }) }, '0 77 77'],
    ['add-gid alone', { groups: groupsOf({ ofUser: false, added: [located('ssl')] }) }, '0 0 0 77'],
    ['a number that is nobody’s', { user: inJail('4242'), gid: inJail('4'), groups: groupsOf() }, '4242 4 4'],
    ['root', { user: inJail('root'), groups: groupsOf() }, '0 0 0'],
  ])('%s', async (_case, changes, expected) => {
    expect(await outcome(etc(FILES), { ...changes, command: ID }, ...more)).toBe(expected);
  });

  test('without an init', async () => {
    const changes = { user: inJail('web'), groups: groupsOf(), init: located(false), command: ID };
    expect(await outcome(etc(FILES), changes, ...more)).toBe('3333 4444 4444 77 78');
  });

  test('HOME, USER, LOGNAME and SHELL are those of the entry, unless the config has its own', async () => {
    const web = { user: inJail('web'), groups: groupsOf(), command: ENV };
    expect(await outcome(etc(FILES), web, ...more)).toBe('/srv/web|web|web|/bin/false');
    const bare = { ...web, user: inJail('5555') };
    expect(await outcome(etc(FILES), bare, ...more)).toBe('/|bare|bare|/bin/sh');
    const env = new Map([['HOME', located('/mine')]]);
    expect(await outcome(etc(FILES), { ...web, env, unenv: [located('SHELL')] }, ...more)).toBe(
      '/mine|web|web|',
    );
  });

  test('each variable is there once, those of the daemon’s own user are gone', async () => {
    const web = { user: inJail('web'), groups: groupsOf(), command: located(['env']) };
    const env =
      'HOME=/srv/web HOMER=x LOGNAME=web PATH=/usr/bin:/bin SHELL=/bin/false TSJAIL_VASSAL=web USER=web';
    expect(await outcome(etc(FILES), web, ...more).then(sorted)).toBe(env);
    const nobody = { ...web, user: inJail('4242'), gid: inJail('1') };
    expect(await outcome(etc(FILES), nobody, ...more)).toContain('HOME=/root');
  });

  test('the init is the user that was found', async () => {
    const changes = {
      user: inJail('web'),
      groups: groupsOf(),
      command: located(['grep', 'id:', '/proc/1/status']),
    };
    expect(await outcome(etc(FILES), changes, ...more)).toMatch(/Uid:\t3333\t3333\t3333\t3333\nGid:\t4444/);
  });

  test('the output may be opened by name', async () => {
    const command = located(['sh', '-c', 'echo out >/dev/stdout; echo err >/dev/stderr']);
    expect(await outcome(etc(FILES), { user: inJail('web'), groups: groupsOf(), command }, ...more)).toBe(
      'out\nerr',
    );
  });

  test('capabilities of a user that only the jail knows', async () => {
    const cap = located(CAPABILITIES.filter(({ name }) => name === 'net_raw'));
    const changes = {
      command: located(['sh', '-c', 'grep ^Cap /proc/self/status | cut -f2 | tr "\\n" " "']),
      groups: groupsOf(),
      privileges: { bounding: cap, exactly: cap },
    };
    const raw = '0000000000002000';
    const none = '0000000000000000';
    expect(await outcome(etc(FILES), { ...changes, user: inJail('web') }, ...more)).toBe(
      [raw, raw, raw, raw, raw].join(' '),
    );
    expect(await outcome(etc(FILES), { ...changes, user: inJail('root') }, ...more)).toBe(
      [none, raw, raw, raw, none].join(' '),
    );
  });

  test.each<[string, Partial<VassalConfig>, string]>([
    ['no such user', { user: inJail('nobdy') }, "3:1: uid = nobdy: no such user in the jail's /etc/passwd"],
    ['no such group', { gid: inJail('nobdy') }, "3:1: gid = nobdy: no such group in the jail's /etc/group"],
    [
      'no such further group',
      { user: inJail('web'), groups: groupsOf({ added: [located('nobdy', 8)] }) },
      "8:1: add-gid = nobdy: no such group in the jail's /etc/group",
    ],
    [
      'no group for a number',
      { user: inJail('4242') },
      "3:1: uid: no user in the jail's /etc/passwd has the uid 4242, so its group is not known: `gid` must say it",
    ],
    [
      'uid 0 by another name than root',
      { user: inJail('boss') },
      "3:1: uid = boss: EPERM, operation not permitted (in the jail's /etc/passwd that is uid 0: if it is meant, say `uid = 0`)",
    ],
  ])('refused: %s', async (_what, changes, expected) => {
    expect(await outcome(etc(FILES), { groups: groupsOf(), ...changes }, ...more)).toBe(expected);
  });

  test('a root without the files', async () => {
    const named = await outcome(etc({}), { user: inJail('web'), groups: groupsOf() }, ...more);
    expect(named).toBe(
      "3:1: uid = web: ENOENT, no such file or directory (the jail's /etc/passwd is not there)",
    );
    const numbers = { user: inJail('7'), gid: inJail('8'), groups: groupsOf(), command: ID };
    expect(await outcome(etc({}), numbers, ...more)).toBe('7 8 8');
    expect(await outcome(etc({ passwd: PASSWD }), { ...numbers, user: inJail('web') }, ...more)).toBe(
      '3333 8 8',
    );
  });
});

describeRoot('ids that are not mapped', () => {
  const far = {
    passwd: 'far:x:70000:1:::\nfarther:x:1:70001:::\ngroups:x:1:1:::\n',
    group: 'g:x:70002:groups\n',
  };

  test.each([
    ['user', 'far', '3:1: uid = far: EINVAL, invalid argument (uid 70000 is not in the uid-map)'],
    ['group', 'farther', '3:1: uid: EINVAL, invalid argument (gid 70001 is not in the gid-map)'],
    ['groups', 'groups', '3:1: groups-found: EINVAL, invalid argument (gid 70002 is not in the gid-map)'],
  ])('%s', async (_what, name, expected) => {
    expect(await outcome(etc(far), { user: inJail(name), groups: groupsOf() }, 'user')).toBe(expected);
  });
});

describeRoot('files that are hostile', () => {
  test.each('few noid big wrap huge minus hex blank nul home nulhome longhome +nis -nis #comment'.split(' '))(
    '%s is nobody',
    async (name) => {
      const said = await outcome(etc(HOSTILE), { user: inJail(name), groups: groupsOf() });
      expect(said).toMatch(/^3:1: uid = \S+: no such user in the jail's \/etc\/passwd$/);
    },
  );

  test.each([
    ['min', '8 9 9'],
    ['gecos', '10 11 11'],
    ['more', '12 13 13'],
    ['most', '4294967294 4294967294 4294967294'],
    ['twice', '14 14 14'],
    ['last', '16 17 17 1 6 9 10'],
  ])('%s is found', async (name, expected) => {
    expect(await outcome(etc(HOSTILE), { user: inJail(name), groups: groupsOf(), command: ID })).toBe(
      expected,
    );
  });

  test('more groups than the kernel takes', async () => {
    const lines = Array.from({ length: 65_537 }, (_, i) => `g${i}:x:${i + 1}:web`).join('\n');
    const said = await outcome(etc({ passwd: PASSWD, group: lines }), {
      user: inJail('web'),
      groups: groupsOf(),
    });
    expect(said).toMatch(/E2BIG.*more groups than the kernel takes: 65536/);
  });

  const web = { user: inJail('web'), groups: groupsOf() };

  test.each<[string, (path: string) => void, string]>([
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), 'is no regular file'],
    ['a directory', (path) => mkdirSync(path), 'is no regular file'],
    ['a device', (path) => symlinkSync('/dev/zero', path), 'is no regular file'],
    ['a loop', (path) => symlinkSync('passwd', path), 'ELOOP'],
    ['itself in /proc', (path) => symlinkSync('/proc/self/mem', path), 'EIO'],
    [
      'of a tebibyte',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 2 ** 40);
      },
      'is larger than 64 MiB',
    ],
  ])('%s', async (_what, make, expected) => {
    const directory = etc({});
    make(join(directory, 'passwd'));
    expect(await outcome(directory, web)).toContain(expected);
  });
});
