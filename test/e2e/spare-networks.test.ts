// The daemon makes net namespaces ahead, gives them to vassals that start again, and keeps as many as its config says.
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { IS_HOSTS_OWN_NETWORK } from '../helpers/spare-networks.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const OURS = readlinkSync('/proc/self/ns/net');
const VASSAL = '[vassal]\ncommand = sleep 1000\nclone = fs,net,pid\n';

/** Those that the launchers hold; `net:[…]` of each. */
function held(pid: number): string[] {
  const tasks = join('/proc', String(pid), 'task');
  const links = readdirSync(tasks).flatMap((task) => {
    const fds = join(tasks, task, 'fd');
    return readdirSync(fds).flatMap((fd) => linkOf(join(fds, fd)));
  });
  return [...new Set(links)].filter((link) => link.startsWith('net:') && link !== OURS);
}

function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    // Closed meanwhile.
    return [];
  }
}

describeRoot('net namespaces made ahead', () => {
  test('a vassal that starts again gets one; after a re-exec, too; none is kept where the config says so', async () => {
    const config = join(tempDirectory(), 'emperor.ini');
    writeFileSync(config, '[emperor]\nemperor-spare-networks = 2\n');
    const daemon = await emperor({ files: { 'web.ini': VASSAL }, args: ['--config', config] });
    const networkOf = (pid: number | null) => readlinkSync(`/proc/${pid}/ns/net`);
    const count = (wanted: number) =>
      until(`${wanted} spare ones`, () => held(daemon.pid).length === wanted && held(daemon.pid));
    const again = async () => {
      const { pid } = await daemon.running('web');
      process.kill(pid ?? 0, 'SIGKILL');
      return daemon.until(
        'web',
        (view) => view?.state === 'running' && view.pid !== null && view.pid !== pid,
      );
    };
    await daemon.running('web');
    const spares = await count(IS_HOSTS_OWN_NETWORK ? 2 : 0);
    const second = networkOf((await again()).pid);
    expect([second !== OURS, spares.includes(second)]).toEqual([true, IS_HOSTS_OWN_NETWORK]);

    const reexecs = /took over 1 vassal/;
    process.kill(daemon.pid, 'SIGUSR2');
    await daemon.said(reexecs);
    expect(networkOf((await daemon.running('web')).pid)).toBe(second);
    await again();
    await count(IS_HOSTS_OWN_NETWORK ? 2 : 0);

    writeFileSync(config, '[emperor]\nemperor-spare-networks = 0\n');
    process.kill(daemon.pid, 'SIGHUP');
    await daemon.said(/config read again/);
    await count(0);
    expect(networkOf((await again()).pid)).not.toBe(OURS);
  });
});
