// What the command may do: capabilities, ids and groups as the kernel shows them from inside of real jails.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CAPABILITIES, type Capability } from '../../src/config/identity/capabilities.ts';
import type { Privileges } from '../../src/config/identity/privileges.ts';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { step } from '../../src/plan/step.ts';
import { planOf, runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

const MAP = [located({ inside: 0, outside: 100_000, count: 65_536 })];
const USER: Partial<VassalConfig> = {
  user: located({ uid: 1000, gid: 1001, name: undefined, home: undefined, shell: undefined }),
  gid: located(1001),
  groups: [1001, 27, 44],
};
const ROOT: Partial<VassalConfig> = {
  ...USER,
  user: located({ ...nobody(), uid: 0 }),
  gid: located(0),
  groups: [0],
};

function nobody() {
  return { uid: 0, gid: 0, name: undefined, home: undefined, shell: undefined };
}

/** Our own, which nobody can have more of. */
const OURS = BigInt(`0x${/^CapBnd:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`);
/** In a new user namespace everything that the kernel knows. */
const LAST = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
const EVERYTHING = (1n << BigInt(LAST + 1)) - 1n;

const caps = (...names: string[]): Capability[] => CAPABILITIES.filter(({ name }) => names.includes(name));
const bits = (...names: string[]) =>
  caps(...names).reduce((all, { number }) => all | (1n << BigInt(number)), 0n);

type Sets = Readonly<Record<'inh' | 'prm' | 'eff' | 'bnd' | 'amb', bigint>>;

/** `NAME VALUE` of the lines of /proc/self/status. */
async function status(
  changes: Partial<VassalConfig>,
  ...namespaces: NamespaceName[]
): Promise<Map<string, string>> {
  const maps = namespaces.includes('user') ? { uidMap: MAP, gidMap: MAP } : {};
  const end = await runJail({
    command: located(['cat', '/proc/self/status']),
    namespaces: located(new Set(namespaces)),
    ...maps,
    ...changes,
  });
  expect(end.said).toBeUndefined();
  const lines = end.output.split('\n').map((line) => line.split(':\t'));
  return new Map(lines.map(([name = '', value = '']) => [name, value.trim().replaceAll('\t', ' ')]));
}

function setsOf(lines: ReadonlyMap<string, string>): Sets {
  const set = (name: string) => BigInt(`0x${lines.get(name)}`);
  return {
    inh: set('CapInh'),
    prm: set('CapPrm'),
    eff: set('CapEff'),
    bnd: set('CapBnd'),
    amb: set('CapAmb'),
  };
}

const ofRoot = (bnd: bigint): Sets => ({ inh: 0n, prm: bnd, eff: bnd, bnd, amb: 0n });
const ofUser = (amb: bigint, bnd: bigint): Sets => ({ inh: amb, prm: amb, eff: amb, bnd, amb });

const two = located(caps('net_bind_service', 'kill'), 7);
const TWO = bits('net_bind_service', 'kill');
const LESS = bits('sys_admin', 'mknod');

describeRoot('capabilities', () => {
  /** What is asked for; of the uids 0 and 1000 with `all` there is, the sets. */
  const CASES: readonly [string, Privileges, (all: bigint) => Sets, (all: bigint) => Sets][] = [
    ['nothing', {}, (all) => ofRoot(all), (all) => ofUser(0n, all)],
    ['cap', { bounding: two, exactly: two }, () => ofRoot(TWO), () => ofUser(TWO, TWO)],
    ['cap = none', { bounding: located([]), exactly: located([]) }, () => ofRoot(0n), () => ofUser(0n, 0n)],
    ['cap = all', { exactly: located('all') }, (all) => ofRoot(all), (all) => ofUser(all, all)],
    [
      'cap = all, cap-drop',
      { exactly: located('all'), dropped: located(caps('sys_admin', 'mknod')) },
      (all) => ofRoot(all & ~LESS),
      (all) => ofUser(all & ~LESS, all & ~LESS),
    ],
    [
      'cap = all, emperor-cap',
      { exactly: located('all'), bounding: two },
      () => ofRoot(TWO),
      () => ofUser(TWO, TWO),
    ],
    [
      'cap-drop',
      { dropped: located(caps('sys_admin', 'mknod')) },
      (all) => ofRoot(all & ~LESS),
      (all) => ofUser(0n, all & ~LESS),
    ],
    ['cap-drop = all', { bounding: located([]) }, () => ofRoot(0n), () => ofUser(0n, 0n)],
    ['emperor-cap', { bounding: two }, () => ofRoot(TWO), () => ofUser(0n, TWO)],
    [
      'cap-ambient',
      { ambient: two },
      (all) => ({ ...ofRoot(all), inh: TWO, amb: TWO }),
      (all) => ofUser(TWO, all),
    ],
    [
      'cap-ambient = all, cap-drop',
      { ambient: located('all'), dropped: located(caps('sys_admin', 'mknod')) },
      (all) => ({ ...ofRoot(all & ~LESS), inh: all & ~LESS, amb: all & ~LESS }),
      (all) => ofUser(all & ~LESS, all & ~LESS),
    ],
    [
      'cap, cap-ambient of one of them',
      { bounding: two, exactly: two, ambient: located(caps('kill')) },
      () => ({ ...ofRoot(TWO), inh: bits('kill'), amb: bits('kill') }),
      () => ofUser(TWO, TWO),
    ],
  ];

  const SPACES: readonly [string, readonly NamespaceName[], bigint][] = [
    ['on the host', [], OURS],
    ['in a jail', ['fs', 'pid', 'net'], OURS],
    ['in a user namespace', ['user', 'fs', 'pid'], EVERYTHING],
    ['in a user namespace alone', ['user'], EVERYTHING],
  ];

  describe.each(SPACES)('%s', (_name, namespaces, all) => {
    test.each(CASES)('%s', async (_case, privileges, root, user) => {
      expect(setsOf(await status({ privileges }, ...namespaces))).toEqual(root(all));
      expect(setsOf(await status({ ...ROOT, privileges }, ...namespaces))).toEqual(root(all));
      expect(setsOf(await status({ ...USER, privileges }, ...namespaces))).toEqual(user(all));
      const hard = { ...privileges, noNewPrivs: located(true) };
      const lines = await status({ ...USER, privileges: hard }, ...namespaces);
      expect(setsOf(lines)).toEqual(user(all));
      expect(lines.get('NoNewPrivs')).toBe('1');
    });
  });

  /** As a hook would do it: after the privileges, before the exec. */
  const renice = async (who: Partial<VassalConfig>, privileges: Privileges) => {
    const config = { ...who, command: located(['true']), privileges };
    const plan = planOf(vassalConfig({ directory: '/', ...config }));
    const at = plan.steps.findIndex(({ name }) => name === 'signals');
    const steps = plan.steps.toSpliced(at, 0, step('nice', [-1]));
    return (await runJail(config, { plan: { ...plan, steps } })).said;
  };

  test('before the exec there are no more than after it', async () => {
    const nice = located(caps('sys_nice', 'kill'));
    const kill = located(caps('kill'));
    for (const who of [USER, ROOT]) {
      expect(await renice(who, { bounding: kill, exactly: kill })).toContain('EACCES');
      expect(await renice(who, { bounding: nice, exactly: nice })).toBeUndefined();
      expect(await renice(who, { dropped: nice, exactly: located('all') })).toContain('EACCES');
      expect(await renice(who, { dropped: nice })).toContain('EACCES');
    }
    expect(await renice(USER, { ambient: kill })).toContain('EACCES');
    expect(await renice(USER, { ambient: nice })).toBeUndefined();
    expect(await renice(USER, {})).toContain('EACCES');
    expect(await renice(ROOT, { ambient: kill })).toBeUndefined();
  });

  test('without an init', async () => {
    const changes = { ...USER, init: located(false), privileges: { bounding: two, exactly: two } };
    expect(setsOf(await status(changes, 'fs', 'pid'))).toEqual(ofUser(TWO, TWO));
  });

  test('they are good for something: a port below 1024 in a net namespace of the user’s own', async () => {
    const script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 80)); print('bound')";
    const binding = (privileges: Privileges) =>
      runJail({
        ...USER,
        command: located(['python3', '-c', script]),
        namespaces: located(new Set<NamespaceName>(['user', 'fs', 'net', 'pid'])),
        uidMap: MAP,
        gidMap: MAP,
        privileges,
      });
    expect((await binding({ bounding: two, exactly: two })).output).toBe('bound\n');
    expect((await binding({})).output).toMatch(/PermissionError/);
  });

  test('a capability that the daemon does not have itself is an error, whatever the uid', async () => {
    const missing = CAPABILITIES.find(
      ({ number }) => (OURS & (1n << BigInt(number))) === 0n && number <= LAST,
    );
    const unknown = { name: 'of_tomorrow', number: 63, since: '9.9' };
    for (const capability of [missing ?? unknown, unknown]) {
      const list = located([capability], 5);
      const expected =
        capability === unknown ? 'this kernel has no such capability' : 'tsjail itself does not have it';
      for (const who of [{}, USER]) {
        const end = await runJail({ ...who, privileges: { bounding: list, exactly: list } });
        expect(end.said).toBe(
          `/etc/tsjail/vassals/web.ini:5:1: capabilities ${capability.name}:${capability.number}: EPERM, ` +
            `operation not permitted (${capability.name}: ${expected})`,
        );
      }
      const end = await runJail({ ...USER, privileges: { ambient: list } });
      expect(end.said).toContain(`${capability.name}: ${expected}`);
    }
  });

  test('what is dropped, or no limit, need not be known', async () => {
    const unknown = { name: 'of_tomorrow', number: 63, since: '9.9' };
    expect(setsOf(await status({ privileges: { dropped: located([unknown]) } }))).toEqual(ofRoot(OURS));
    const limit = located([unknown, ...caps('kill')]);
    expect(setsOf(await status({ privileges: { bounding: limit } }))).toEqual(ofRoot(bits('kill')));
  });

  test('the init keeps CAP_KILL alone, whatever the command has', async () => {
    const end = await runJail({
      ...USER,
      command: located(['grep', '^Cap', '/proc/1/status']),
      namespaces: located(new Set<NamespaceName>(['fs', 'pid'])),
      privileges: { exactly: located('all') },
    });
    expect(end.output).toMatch(/CapPrm:\s*0*20\nCapEff:\s*0*20\n/);
  });
});

describeRoot('no-new-privs', () => {
  test.each([
    ['without', {}, '0'],
    ['with', { noNewPrivs: located(true) }, '1'],
    ['taken back', { noNewPrivs: located(false) }, '0'],
  ])('%s', async (_name, privileges, expected) => {
    expect((await status({ ...USER, privileges })).get('NoNewPrivs')).toBe(expected);
  });
});

describeRoot('ids and groups', () => {
  test.each([
    ['on the host', []],
    ['in a user namespace', ['user', 'fs', 'pid']],
  ] as const)('%s', async (_name, namespaces) => {
    const lines = await status(USER, ...namespaces);
    expect(lines.get('Uid')).toBe('1000 1000 1000 1000');
    expect(lines.get('Gid')).toBe('1001 1001 1001 1001');
    expect(lines.get('Groups')).toBe('27 44 1001');
  });

  test('a group that is not mapped is named', async () => {
    const end = await runJail({
      ...USER,
      groups: [1001, 70_000],
      namespaces: located(new Set<NamespaceName>(['user'])),
      uidMap: MAP,
      gidMap: MAP,
    });
    expect(end.said).toContain('gid 70000 is not in the gid-map');
  });
});
