// Namespaces made in the midst of the set-up, and the forks that bring the command into them.
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NAMESPACES, type NamespaceName } from '../../src/config/namespaces.ts';
import type { Reforks, VassalConfig } from '../../src/config/vassal-config.ts';
import { runJail, startJail } from '../helpers/jail.ts';
import { processesWith } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

const ALL = NAMESPACES.map((ns) => ns.name);
const LINKS = NAMESPACES.map((ns) => `/proc/self/ns/${ns.proc}`);
const MAP = [located({ inside: 0, outside: 100_000, count: 65_536 })];
const MAPS = { uidMap: MAP, gidMap: MAP };
const NONE: Reforks = { postJail: undefined, asRoot: undefined, last: undefined };
const PLACES = ['postJail', 'asRoot', 'last'] as const;
const SIGTERM = 15;
const MARK = 'TSJAIL_TEST_MARK';

const spaces = (...names: NamespaceName[]) => located(new Set(names));
const shell = (script: string) => located(['sh', '-c', script]);
const refork = (...places: (typeof PLACES)[number][]): Partial<VassalConfig> => ({
  refork: { ...NONE, ...Object.fromEntries(places.map((place) => [place, located(true)])) },
});

/** Names of the namespaces of the command that differ from ours. */
async function newOnes(changes: Partial<VassalConfig>): Promise<string[]> {
  const end = await runJail({ command: located(['readlink', ...LINKS]), ...MAPS, ...changes });
  expect(end.said).toBeUndefined();
  const inside = end.output.trim().split('\n');
  return ALL.filter((_, index) => inside[index] !== readlinkSync(LINKS[index] ?? ''));
}

describeRoot('unshare', () => {
  test.each(ALL)('%s alone', async (name) => {
    expect(await newOnes({ unshare: spaces(name), ...refork('last') })).toEqual([name]);
    expect(await newOnes({ unshare2: spaces(name), ...refork('last') })).toEqual([name]);
  });

  test('all together', async () => {
    expect(await newOnes({ unshare: spaces(...ALL), ...refork('postJail') })).toEqual(ALL);
    expect(await newOnes({ unshare2: spaces(...ALL), ...refork('last') })).toEqual(ALL);
  });

  test('some by the clone, some later, and once more', async () => {
    const changes = {
      namespaces: spaces('fs', 'pid', 'user'),
      unshare: spaces('net', 'pid', 'fs'),
      unshare2: spaces('uts', 'cgroup', 'net'),
      ...refork('asRoot'),
    };
    expect(await newOnes(changes)).toEqual(['fs', 'net', 'uts', 'pid', 'user', 'cgroup']);
  });

  test('all together without an init', async () => {
    const changes = { namespaces: spaces('pid'), init: located(false), ...refork('last') };
    expect(await newOnes({ ...changes, unshare: spaces(...ALL) })).toEqual(ALL);
  });

  test('root of a user namespace that was unshared is root, and has groups of its own', async () => {
    const { output, said } = await runJail({
      command: shell('id -u; cat /proc/self/uid_map; mount -t tmpfs none /mnt && echo mounted; id -G'),
      unshare: spaces('user', 'fs'),
      groups: [0],
      ...MAPS,
    });
    expect(said).toBeUndefined();
    expect(output.trim().split(/\s+/)).toEqual(['0', '0', '100000', '65536', 'mounted', '0']);
  });

  test('names are those of the uts namespace made last; lo is up in the net namespace made last', async () => {
    const base = { hostname: located('web'), domainname: located('example'), command: shell(NAMES) };
    for (const changes of [
      { namespaces: spaces('uts', 'net') },
      { namespaces: spaces('uts', 'net'), unshare: spaces('uts', 'net') },
      { unshare2: spaces('uts', 'net') },
      { namespaces: spaces('uts', 'net'), unshare: spaces('user'), ...MAPS },
      { namespaces: spaces('uts', 'net'), unshare2: spaces('user'), ...MAPS },
    ]) {
      const { output, said } = await runJail({ ...base, ...changes });
      expect([said, output]).toEqual([undefined, 'web example 127.0.0.1\n']);
    }
  });

  test('a user namespace that is younger than the mount or the pid namespace gets no fresh /proc', async () => {
    const late = { command: shell('cat /proc/1/comm'), ...MAPS };
    for (const changes of [
      { namespaces: spaces('fs', 'pid'), unshare: spaces('user') },
      { namespaces: spaces('fs', 'pid'), unshare: spaces('user', 'pid'), ...refork('postJail') },
      { namespaces: spaces('fs'), unshare2: spaces('user', 'pid'), ...refork('asRoot') },
      { namespaces: spaces('fs'), unshare: spaces('pid'), unshare2: spaces('user', 'fs'), ...refork('last') },
    ]) {
      const { output, said } = await runJail({ ...late, ...changes });
      expect([said, output]).toEqual([undefined, readFileSync('/proc/1/comm', 'utf8')]);
    }
    const { output } = await runJail({ ...late, namespaces: spaces('fs', 'pid'), unshare2: spaces('user') });
    expect(output).toBe('tsjail-init\n');
  });

  test('nothing that is mounted after it shows outside', async () => {
    const before = readFileSync('/proc/self/mountinfo', 'utf8');
    const { output } = await runJail({
      command: shell('mount -t tmpfs none /mnt && grep -c " /mnt " /proc/self/mountinfo'),
      unshare: spaces('fs'),
    });
    expect(output).toBe('1\n');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  });
});

const NAMES =
  'read host < /proc/sys/kernel/hostname; read domain < /proc/sys/kernel/domainname; ' +
  "echo $host $domain $(grep -o -m1 '127.0.0.1' /proc/self/net/fib_trie)";

describeRoot('refork', () => {
  test.each(PLACES)(
    '%s enters a pid namespace that was unshared: its init is pid 1, /proc is fresh',
    async (place) => {
      const { output, said } = await runJail({
        command: shell('cd /proc; echo [0-9]*; cat 1/comm; echo $$'),
        unshare: spaces('pid', 'fs'),
        ...refork(place),
      });
      expect([said, output]).toEqual([undefined, '1 2\ntsjail-init\n2\n']);
    },
  );

  test.each(['asRoot', 'last'] as const)('%s enters one of unshare2', async (place) => {
    const { output, said } = await runJail({
      command: shell('cd /proc; echo [0-9]*; cat 1/comm'),
      namespaces: spaces('fs'),
      unshare2: spaces('pid'),
      ...refork(place),
    });
    expect([said, output]).toEqual([undefined, '1 2\ntsjail-init\n']);
  });

  const all = refork(...PLACES);
  describe.each([
    ['post-jail', refork('postJail')],
    ['as-root', refork('asRoot')],
    ['the last', refork('last')],
    ['all three', all],
    ['all three with unshare = pid', { ...all, unshare: spaces('pid', 'fs') }],
    ['the last with unshare = pid', { ...refork('last'), unshare: spaces('pid', 'fs') }],
    ['all three in a pid namespace', { ...all, namespaces: spaces('pid', 'fs') }],
    ['all three as another user', { ...all, ...user(65_534) }],
    ['the last in a pid namespace, without an init', noInit(refork('last'))],
  ])('%s', (_, changes) => {
    test('passes the exit code on', async () => {
      const { command } = await runJail({ command: shell('exit 42'), ...changes });
      expect(command).toMatchObject({ code: 42, signal: null });
    });

    test('passes a signal to the command, and its end by one', async () => {
      const jail = startJail({
        command: shell('trap "echo usr1" USR1; echo ready; while :; do sleep 0.02; done'),
        ...changes,
      });
      await jail.said(/ready/);
      jail.process.signal(10);
      await jail.said(/usr1/);
      jail.process.signal(SIGTERM);
      const { command } = await jail.end;
      // Who is pid 1 cannot die by a signal of its own: then the code says which it was.
      expect(command?.signal ?? (command?.code ?? 0) - 128).toBe(SIGTERM);
    });

    test('a kill ends all', async () => {
      const mark = randomUUID();
      const jail = startJail({
        env: new Map([[MARK, located(mark)]]),
        command: shell('setsid sh -c "trap \\"\\" TERM; while :; do sleep 0.02; done" & echo ready; wait'),
        ...changes,
      });
      await jail.said(/ready/);
      jail.process.kill();
      await jail.end;
      expect(processesWith(MARK, mark)).toEqual([]);
    });
  });
});

function user(id: number): Partial<VassalConfig> {
  const none = { name: undefined, gid: id, home: undefined, shell: undefined };
  return { user: located({ uid: id, ...none }), gid: located(id), groups: [id] };
}

function noInit(changes: Partial<VassalConfig>): Partial<VassalConfig> {
  return { ...changes, init: located(false), namespaces: spaces('pid', 'fs') };
}
