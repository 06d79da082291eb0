// Net namespaces made ahead: a jail that is given one cannot tell it from one made for it, and gets none that is out of date.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { runLines, startLines } from '../helpers/ini-jail.ts';
import { testEngine } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import {
  holdSpares,
  IS_HOSTS_OWN_NETWORK,
  OUR_NETWORK,
  pathsOfSpares,
  spareNetworks,
} from '../helpers/spare-networks.ts';
import { until } from '../helpers/until.ts';

const NETWORK = ['clone = fs,net,pid', 'profile = open'];
/** All that there is to see of a network. */
const LOOK = [
  'cd /proc/sys/net && find . -type f | sort | xargs grep -s ""',
  'cd /proc/net && cat dev route fib_trie if_inet6 ipv6_route unix arp 2>/dev/null',
].join('; ');
const WHICH = 'readlink /proc/self/ns/net';
/** A number that the kernel keeps for administrators and makes nothing of (ip-sysctl.rst). */
const TAG = '/proc/sys/net/ipv4/conf/all/tag';

/** Where there can be any. */
const wanted = (count: number) => (IS_HOSTS_OWN_NETWORK ? count : 0);

function ready(count: number): Promise<string[]> {
  return until(`${count} spare networks`, () => {
    const spares = spareNetworks(process.pid);
    return spares.length === wanted(count) && spares;
  });
}

async function keep(count: number): Promise<string[]> {
  testEngine().native.keepNetworks(count);
  await runLines(NETWORK);
  const spares = await ready(count);
  holdSpares(process.pid);
  return spares;
}

/** `work` while the host's setting is another one. */
async function changed(value: string, work: () => Promise<void>): Promise<void> {
  const before = readFileSync(TAG, 'utf8').trim();
  try {
    writeFileSync(TAG, value);
    await work();
  } finally {
    writeFileSync(TAG, before);
  }
}

/** They are all there at once: what is gone leaves its number to others. */
async function networksOf(count: number): Promise<string[]> {
  const jails = Array.from({ length: count }, () => startLines(NETWORK, `${WHICH}; exec sleep 1000`));
  const networks = await Promise.all(jails.map(async (jail) => (await jail.said(/net:.*/))[0]));
  for (const { commandPid } of jails) process.kill(commandPid, 'SIGKILL');
  await Promise.all(jails.map(({ end }) => end));
  return networks;
}

afterEach(() => testEngine().native.keepNetworks(0));

describeRoot('net namespaces made ahead', () => {
  test('one is like one made for the jail', async () => {
    const fresh = await runLines(NETWORK, LOOK);
    const spares = await keep(2);
    const given = await runLines(NETWORK, `${LOOK}; ${WHICH}`);
    const network = given.output.trim().split('\n').at(-1) ?? '';
    expect(given.output).toBe(`${fresh.output}${network}\n`);
    expect(given.output).toContain('127.0.0.1');
    expect(given.output.length).toBeGreaterThan(10_000);
    expect(spares.includes(network)).toBe(IS_HOSTS_OWN_NETWORK);
  });

  test('`lo` of it is up before anybody is in it', async () => {
    await keep(1);
    const said = [...pathsOfSpares(process.pid).values()].map((path) =>
      execFileSync('nsenter', [`--net=${path}`, 'cat', '/proc/net/fib_trie'], { encoding: 'utf8' }),
    );
    expect(said.filter((text) => text.includes('127.0.0.1'))).toHaveLength(wanted(1));
  });

  test('each is given to one jail alone, and more are made', async () => {
    const spares = await keep(2);
    const networks = await networksOf(4);
    expect(new Set([...networks, OUR_NETWORK]).size).toBe(5);
    expect(networks.filter((network) => spares.includes(network))).toHaveLength(wanted(2));
    await ready(2);
  });

  test('one that is out of date goes', async () => {
    const spares = await keep(2);
    await changed('4711', async () => {
      const { output } = await runLines(NETWORK, `cat ${TAG}; ${WHICH}`);
      const [tag, network = ''] = output.split('\n');
      expect(tag).toBe(String(wanted(4711)));
      expect(spares).not.toContain(network);
    });
  });

  test('one that is out of date does not lie below newer ones', async () => {
    const [old] = await keep(1);
    await changed('4712', async () => {
      testEngine().native.keepNetworks(3);
      const spares = await ready(3);
      expect(spares).not.toContain(old);
    });
  });

  test('none is kept that nobody wants', async () => {
    await keep(3);
    testEngine().native.keepNetworks(1);
    await ready(1);
    testEngine().native.keepNetworks(0);
    await ready(0);
  });
});
