// Each namespace alone and all together: which are new, and what is set up inside.
import { readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NAMESPACES, type NamespaceName } from '../../src/config/namespaces.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

const ALL = NAMESPACES.map((ns) => ns.name);
const LINKS = NAMESPACES.map((ns) => `/proc/self/ns/${ns.proc}`);
const MAP = [located({ inside: 0, outside: 100_000, count: 65_536 })];

const spaces = (...names: NamespaceName[]) => located(new Set(names));
const shell = (script: string) => located(['sh', '-c', script]);

/** Names of the namespaces that differ from ours. */
async function newOnes(
  namespaces: readonly NamespaceName[],
  changes: Partial<VassalConfig> = {},
): Promise<string[]> {
  const maps = namespaces.includes('user') ? { uidMap: MAP, gidMap: MAP } : {};
  const end = await runJail({
    command: located(['readlink', ...LINKS]),
    namespaces: spaces(...namespaces),
    ...maps,
    ...changes,
  });
  expect(end.said).toBeUndefined();
  const inside = end.output.trim().split('\n');
  return ALL.filter((_, index) => inside[index] !== readlinkSync(LINKS[index] ?? ''));
}

describeRoot('namespaces', () => {
  test('none: all are the host’s', async () => {
    expect(await newOnes([])).toEqual([]);
  });

  test.each(ALL)('%s alone', async (name) => {
    expect(await newOnes([name])).toEqual([name]);
  });

  test('all together', async () => {
    expect(await newOnes(ALL)).toEqual(ALL);
  });

  test('all together without an init', async () => {
    expect(await newOnes(ALL, { init: located(false) })).toEqual(ALL);
  });

  test('with pid and fs new, /proc shows the jail alone', async () => {
    const { output } = await runJail({
      command: shell('cd /proc; echo [0-9]*; cat 1/comm'),
      namespaces: spaces('fs', 'pid'),
    });
    expect(output).toBe('1 2\ntsjail-init\n');
  });

  test('without an init the command is pid 1', async () => {
    const config = {
      command: shell('echo $$; cd /proc; echo [0-9]*'),
      namespaces: spaces('fs', 'pid'),
      init: located(false),
    };
    expect((await runJail(config)).output).toBe('1\n1\n');
  });

  test('with net new, lo is up and alone', async () => {
    const { output } = await runJail({
      command: shell('cat /proc/net/dev; cat /proc/net/fib_trie'),
      namespaces: spaces('fs', 'net', 'pid'),
    });
    expect(output.match(/^\s*\w+:(?= *\d)/gm)?.map((each) => each.trim())).toEqual(['lo:']);
    expect(output).toContain('127.0.0.1');
  });

  test('a hostname of its own', async () => {
    const { output } = await runJail({
      command: located(['uname', '-n']),
      namespaces: spaces('uts'),
      hostname: located('jail-7'),
    });
    expect(output).toBe('jail-7\n');
  });

  test('with user new, maps are written, uid 0 in it works and is nobody outside', async () => {
    const script =
      'id -u; cat /proc/self/uid_map; chown 5:5 "$0" 2>&1; mount -t tmpfs none /mnt && umount /mnt && echo mounted';
    const end = await runJail({
      command: located(['sh', '-c', script, '/etc/hostname']),
      namespaces: spaces('user', 'fs', 'pid'),
      uidMap: MAP,
      gidMap: MAP,
    });
    expect(end.output).toMatch(/^0\n\s+0\s+100000\s+65536\n.*not permitted\nmounted\n$/);
  });

  test('a user of the new namespace', async () => {
    const end = await runJail({
      command: shell('id -u; id -g; grep NSpid /proc/self/status | wc -w'),
      namespaces: spaces('user', 'pid', 'fs'),
      uidMap: MAP,
      gidMap: MAP,
      user: located({ uid: 1000, gid: 1001, name: undefined, home: undefined, shell: undefined }),
      gid: located(1001),
      groups: [1001],
    });
    expect(end.output).toBe('1000\n1001\n2\n');
  });

  test('the cgroup namespace has the jail’s own group as its root', async () => {
    const { output } = await runJail({
      command: shell('grep ^0: /proc/self/cgroup'),
      namespaces: spaces('cgroup'),
    });
    expect(output).toBe('0::/\n');
  });
});
