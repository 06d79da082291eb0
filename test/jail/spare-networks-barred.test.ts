// A child that may not enter a net namespace that was made ahead is cloned anew into one of its own, and none is made any more.
import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { theFaults, useFaults } from '../helpers/faults.ts';
import { runLines } from '../helpers/ini-jail.ts';
import { testEngine } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { IS_HOSTS_OWN_NETWORK, spareNetworks } from '../helpers/spare-networks.ts';
import { until } from '../helpers/until.ts';

useFaults();

const NETWORK = ['clone = fs,net,pid', 'profile = open'];

describeRoot('a child that may not enter a spare net namespace', () => {
  test('gets its own', async () => {
    testEngine().native.keepNetworks(1);
    await runLines(NETWORK);
    if (IS_HOSTS_OWN_NETWORK) await until('a spare one', () => spareNetworks(process.pid).length === 1);
    const faults = await theFaults();
    await faults.order(`once 1 1 ${constants.errno.EPERM}`);
    const { output, said } = await runLines(NETWORK, 'grep -c : /proc/net/dev');
    const { hits } = await faults.tell();
    expect([hits, output, said]).toEqual([IS_HOSTS_OWN_NETWORK ? 1 : hits, '1\n', undefined]);
    await until('none any more', () => spareNetworks(process.pid).length === 0);
  });
});
