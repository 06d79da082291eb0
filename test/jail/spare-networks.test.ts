// Net namespaces made ahead: a jail that is given one cannot tell it from one made for it, and gets none that is out of date.
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { runLines, startLines } from '../helpers/ini-jail.ts';
import { testEngine } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { IS_HOSTS_OWN_NETWORK } from '../helpers/spare-networks.ts';
import { until } from '../helpers/until.ts';

const NETWORK = ['clone = fs,net,pid', 'profile = open'];
/** All that there is to see of a network. */
const LOOK = [
  'cd /proc/sys/net && find . -type f | sort | xargs grep -s ""',
  'cd /proc/net && cat dev route fib_trie if_inet6 ipv6_route unix arp 2>/dev/null',
].join('; ');
/** A number that the kernel keeps for administrators and makes nothing of (ip-sysctl.rst). */
const TAG = '/proc/sys/net/ipv4/conf/all/tag';

const spares = () => testEngine().native.spareNetworks();

/** Resolves when so many are ready; elsewhere than in the host's own network there are never any. */
async function keep(count: number): Promise<void> {
  testEngine().native.keepNetworks(count);
  await runLines(NETWORK);
  if (IS_HOSTS_OWN_NETWORK) await until('spare networks', () => spares().ready === count);
}

afterEach(() => testEngine().native.keepNetworks(0));

describeRoot('net namespaces made ahead', () => {
  test('one is like one made for the jail', async () => {
    const fresh = await runLines(NETWORK, LOOK);
    await keep(2);
    const before = spares().taken;
    const given = await runLines(NETWORK, LOOK);
    expect(given.output).toBe(fresh.output);
    expect(given.output).toContain('127.0.0.1');
    expect(given.output.length).toBeGreaterThan(10_000);
    expect(spares().taken - before).toBe(IS_HOSTS_OWN_NETWORK ? 1 : 0);
  });

  test('each is given to one jail alone, and more are made', async () => {
    await keep(2);
    const jails = Array.from({ length: 4 }, () => startLines(NETWORK, 'readlink /proc/self/ns/net'));
    const outputs = await Promise.all(jails.map(async ({ end }) => (await end).output.trim()));
    expect(new Set([...outputs, readlinkSync('/proc/self/ns/net')]).size).toBe(5);
    if (IS_HOSTS_OWN_NETWORK) await until('new ones', () => spares().ready === 2);
  });

  test('one that is out of date goes', async () => {
    await keep(2);
    const before = spares();
    const tag = readFileSync(TAG, 'utf8').trim();
    try {
      writeFileSync(TAG, '4711');
      const { output } = await runLines(NETWORK, `cat ${TAG}`);
      expect(output).toBe(IS_HOSTS_OWN_NETWORK ? '4711\n' : '0\n');
    } finally {
      writeFileSync(TAG, tag);
    }
    expect(spares().taken - before.taken).toBe(0);
    expect(spares().stale - before.stale).toBe(IS_HOSTS_OWN_NETWORK ? 2 : 0);
  });

  test('one that is out of date does not lie below newer ones', async () => {
    await keep(1);
    const before = spares();
    const tag = readFileSync(TAG, 'utf8').trim();
    try {
      writeFileSync(TAG, '4712');
      testEngine().native.keepNetworks(3);
      if (IS_HOSTS_OWN_NETWORK) await until('three spare networks', () => spares().ready === 3);
      await Promise.all(Array.from({ length: 3 }, () => runLines(NETWORK)));
    } finally {
      writeFileSync(TAG, tag);
    }
    expect(spares().taken - before.taken).toBe(IS_HOSTS_OWN_NETWORK ? 3 : 0);
    expect(spares().stale - before.stale).toBe(0);
  });

  test('none is kept that nobody wants', async () => {
    await keep(3);
    testEngine().native.keepNetworks(1);
    await until('one spare network', () => spares().ready === (IS_HOSTS_OWN_NETWORK ? 1 : 0));
    testEngine().native.keepNetworks(0);
    await until('no spare network', () => spares().ready === 0);
  });
});
