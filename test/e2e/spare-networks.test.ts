// The daemon makes net namespaces ahead, gives them to vassals that start again, and keeps as many as its config says.
import { execFileSync } from 'node:child_process';
import { readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { holdSpares, IS_HOSTS_OWN_NETWORK, OUR_NETWORK, spareNetworks } from '../helpers/spare-networks.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const VASSAL = '[vassal]\ncommand = sleep 1000\nclone = fs,net,pid\nstable-after = 0\n';
/** Enough for a start, not for another spare network: the settings that it is compared by lie from 32 up. */
const FEW = 80;

function ready({ pid }: TestEmperor, count: number): Promise<string[]> {
  return until(`${count} spare ones`, () => {
    const spares = spareNetworks(pid);
    return spares.length === (IS_HOSTS_OWN_NETWORK ? count : 0) && spares;
  });
}

/** Its command is killed; gives the network of the next one. */
async function again(daemon: TestEmperor): Promise<string> {
  const { pid } = await daemon.running('web');
  if (pid === null) expect.fail('it does not run');
  process.kill(pid, 'SIGKILL');
  const next = await daemon.until('web', (view) => view?.state === 'running' && view.pid !== pid);
  return readlinkSync(`/proc/${next.pid}/ns/net`);
}

describeRoot('net namespaces made ahead', () => {
  test('a vassal that starts again gets one; after a re-exec, too; none is kept where the config says so', async () => {
    const config = join(tempDirectory(), 'emperor.ini');
    writeFileSync(config, '[emperor]\nemperor-spare-networks = 2\n');
    const daemon = await emperor({ files: { 'web.ini': VASSAL }, args: ['--config', config] });
    await daemon.running('web');
    const spares = await ready(daemon, 2);
    holdSpares(daemon.pid);
    const second = await again(daemon);
    expect([second !== OUR_NETWORK, spares.includes(second)]).toEqual([true, IS_HOSTS_OWN_NETWORK]);

    process.kill(daemon.pid, 'SIGUSR2');
    await daemon.said(/took over 1 vassal/);
    const { pid } = await daemon.running('web');
    expect(readlinkSync(`/proc/${pid}/ns/net`)).toBe(second);
    await again(daemon);
    await ready(daemon, 2);

    writeFileSync(config, '[emperor]\nemperor-spare-networks = 0\n');
    process.kill(daemon.pid, 'SIGHUP');
    await daemon.said(/config read again/);
    await ready(daemon, 0);
    expect(await again(daemon)).not.toBe(OUR_NETWORK);
  });

  test('what fails for a moment passes', async () => {
    const daemon = await emperor({ files: { 'web.ini': VASSAL } });
    await daemon.running('web');
    await ready(daemon, 4);
    const limit = (soft: number) =>
      execFileSync('prlimit', ['--pid', String(daemon.pid), `--nofile=${soft}:`]);
    limit(FEW);
    await again(daemon);
    await ready(daemon, 0);
    limit(1024);
    await again(daemon);
    await ready(daemon, 4);
  });
});
