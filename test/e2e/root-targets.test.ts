// Mount targets that the daemon's vassals have in a root file system on disk: there while somebody needs them, gone with the
// last one, also after a daemon that was killed.
import { readFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { namesBelow, type SmallRoot, smallRoot } from '../helpers/small-root.ts';
import { until } from '../helpers/until.ts';

const MADE = ['bind-ro = /etc:/new/deep/etc', 'bind = /etc/hostname:/new/file', 'dev = minimal'];

function vassal({ path, lines }: SmallRoot): string {
  const command = 'command = sh -c "while :; do sleep 1000 & wait; done"';
  return ['[vassal]', command, `namespace = ${path}`, ...lines, ...MADE, ''].join('\n');
}

/** What the vassal sees at a target: its own root's is empty. */
async function sees(daemon: TestEmperor, name: string): Promise<string> {
  const { pid } = await daemon.running(name);
  return readFileSync(`/proc/${pid}/root/new/deep/etc/hostname`, 'utf8');
}

describeRoot('mount targets of vassals', () => {
  test('are there again after a restart, and gone after a stop', async () => {
    const root = smallRoot();
    const names = namesBelow(root.path);
    const daemon = await emperor({ files: { 'a.ini': vassal(root) } });
    const { pid } = await daemon.running('a');
    for (let i = 0; i < 3; i++) await daemon.act('restart', 'a');
    await daemon.until('a', (view) => view?.state === 'running' && view.pid !== null && view.pid !== pid);
    expect(await sees(daemon, 'a')).not.toBe('');
    await daemon.act('stop', 'a');
    await daemon.until('a', (view) => view?.state === 'stopped');
    expect(namesBelow(root.path)).toEqual(names);
    await daemon.act('start', 'a');
    expect(await sees(daemon, 'a')).not.toBe('');
    await daemon.stop();
    expect(namesBelow(root.path)).toEqual(names);
  });

  test('stay while another vassal is in the same root', async () => {
    const root = smallRoot();
    const names = namesBelow(root.path);
    const daemon = await emperor({ files: { 'a.ini': vassal(root) } });
    await daemon.running('a');
    daemon.put('b.ini', vassal(root));
    await daemon.running('b');
    daemon.remove('a.ini');
    await daemon.until('a', (view) => view === undefined);
    expect(await sees(daemon, 'b')).not.toBe('');
    await daemon.act('restart', 'b');
    daemon.remove('b.ini');
    await daemon.until('b', (view) => view === undefined);
    expect(namesBelow(root.path)).toEqual(names);
  });

  test('that another daemon uses go at the end of the one who has made them', async () => {
    const root = smallRoot();
    const names = namesBelow(root.path);
    const first = await emperor({ files: { 'a.ini': vassal(root) } });
    await first.running('a');
    const second = await emperor({ files: { 'b.ini': vassal(root) } });
    await second.running('b');
    await first.act('stop', 'a');
    await first.until('a', (view) => view?.state === 'stopped');
    expect(await sees(second, 'b')).not.toBe('');
    await second.stop();
    expect(namesBelow(root.path)).toContain('new/deep/etc');
    await first.stop();
    expect(namesBelow(root.path)).toEqual(names);
  });

  async function killed(root: SmallRoot): Promise<TestEmperor> {
    const daemon = await emperor({ files: { 'a.ini': vassal(root) } });
    const { pid } = await daemon.running('a');
    const record = () => readFileSync(`${daemon.control}.record`, 'utf8');
    await until('the record', () => record().includes('/new/file') && record().includes('"/dev"'));
    await daemon.stop('SIGKILL');
    await until('the end of the vassal', () => pid !== null && !isAlive(pid));
    expect(namesBelow(root.path)).toContain('new/deep/etc');
    return daemon;
  }

  test('go with the next start of a daemon that was killed', async () => {
    const root = smallRoot();
    const names = namesBelow(root.path);
    const { control } = await killed(root);
    const next = await emperor({ args: ['--control', control] });
    await next.said(/removed what daemon \d+ left when it died: .*what was made in /);
    expect(namesBelow(root.path)).toEqual(names);
  });

  test('go by cleanup, but for what others use', async () => {
    const root = smallRoot();
    const names = namesBelow(root.path);
    const first = await killed(root);
    const second = await emperor({ files: { 'b.ini': vassal(root) } });
    await second.running('b');
    expect((await tsjail(['cleanup', '--control', first.control])).stderr).not.toMatch(/what was made in/);
    expect(await sees(second, 'b')).not.toBe('');
    await second.stop();
    // It had found all of them.
    expect(namesBelow(root.path)).toContain('new/deep/etc');
    rmSync(`${root.path}/new`, { recursive: true });
    rmSync(`${root.path}/dev`, { recursive: true });
    expect(namesBelow(root.path)).toEqual(names);
    const third = await killed(root);
    const cleaned = await tsjail(['cleanup', '--control', third.control]);
    expect(cleaned.stderr).toMatch(/what was made in/);
    expect(namesBelow(root.path)).toEqual(names);
  });
});
