// Nothing outlives a vassal that is stopped, a daemon that is stopped, or a daemon that is killed: no process, no mount, no
// cgroup, no file; and nothing that a jail mounts is seen outside, also where the host's `/` is a shared mount.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { type EmperorOptions, emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { cgroupsOf, hostMounts, processesWith } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { until } from '../helpers/until.ts';

const MARK = 'TSJAIL_TEST_MARK';
const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
/** Double-forked, in a session of its own, of another uid, deaf to signals; and a mount. */
const ESCAPE = [
  "(trap '' TERM HUP INT; setsid setpriv --reuid 54321 --regid 54321 --clear-groups sleep 1000 &)",
  "(trap '' TERM; sleep 1000) &",
  'echo up; exec sleep 1000',
].join('\n');

interface Marked {
  readonly daemon: TestEmperor;
  /** Live processes of the daemon's vassals, and the daemon itself. */
  readonly left: () => number[];
}

async function marked(options: EmperorOptions): Promise<Marked> {
  const mark = randomUUID();
  const daemon = await emperor({ ...options, env: { [MARK]: mark } });
  return { daemon, left: () => processesWith(MARK, mark) };
}

function escaping(root: string, ...lines: string[]): string {
  return vassal(`command = sh ${root}/escape.sh`, 'stop-timeout = 1', ...lines);
}

describeRoot('nobody is left', () => {
  const KINDS = {
    'jailed.ini': ['clone = fs,net,ipc,uts,pid'],
    'bare.ini': [],
    'own.ini': ['clone = fs,pid', 'init = false'],
  };

  async function start(): Promise<Marked> {
    const { daemon, left } = await marked({});
    writeFileSync(join(daemon.root, 'escape.sh'), ESCAPE);
    for (const [file, lines] of Object.entries(KINDS)) daemon.put(file, escaping(daemon.root, ...lines));
    for (const name of ['jailed', 'bare', 'own']) await daemon.said(new RegExp(`${name} \\| up`));
    return { daemon, left };
  }

  test('of a vassal that is stopped or removed', async () => {
    const { daemon, left } = await start();
    await until('three in each jail, and the daemon', () => left().length === 10);
    await daemon.act('stop', 'jailed');
    await daemon.act('stop', 'own');
    daemon.remove('bare.ini');
    await daemon.until('bare', (view) => view === undefined);
    expect(left()).toEqual([daemon.pid]);
    expect(cgroupsOf(daemon.pid).map((path) => basename(path))).toEqual([`tsjail-${daemon.pid}`, 'vassals']);
  });

  test('of a daemon that is stopped', async () => {
    const before = hostMounts();
    const { daemon, left } = await start();
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(left()).toEqual([]);
    expect(hostMounts(daemon.root)).toEqual(before);
    expect(cgroupsOf(daemon.pid)).toEqual([]);
    expect(readdirSync(daemon.root).sort()).toEqual(['escape.sh', 'vassals']);
  });

  test('of a daemon that is killed, within a second; the next start removes the rest', async () => {
    const before = hostMounts();
    const { daemon, left } = await start();
    const inits = (await daemon.ls()).map((view) => view.jailerPid ?? 0);
    const killed = performance.now();
    await daemon.stop('SIGKILL');
    // The inits have no environment to be known by.
    await until('all gone', () => left().length === 0 && !inits.some(isAlive), 1000);
    expect(performance.now() - killed).toBeLessThan(1000);
    expect(hostMounts(daemon.root)).toEqual(before);
    expect(cgroupsOf(daemon.pid)).not.toEqual([]);
    const next = await emperor({ args: ['--control', daemon.control] });
    await next.said(/removed what daemon \d+ left when it died/);
    expect(cgroupsOf(daemon.pid)).toEqual([]);
  });

  test('tsjail cleanup removes what a killed daemon left', async () => {
    const before = hostMounts();
    const { daemon } = await start();
    await daemon.stop('SIGKILL');
    const cleanup = await tsjail(['cleanup', '--control', daemon.control]);
    expect(cleanup.code).toBe(0);
    expect(hostMounts(daemon.root)).toEqual(before);
    expect(cgroupsOf(daemon.pid)).toEqual([]);
    expect(readdirSync(daemon.root).sort()).toEqual(['escape.sh', 'vassals']);
    expect((await tsjail(['cleanup', '--control', daemon.control])).code).toBe(0);
  });

  test('of a daemon that is asked twice, at once', async () => {
    const deaf = vassal(
      `command = sh -c "trap '' TERM; echo up; while :; do sleep 1000; done"`,
      'stop-timeout = 60',
    );
    const { daemon, left } = await marked({ files: { 'a.ini': deaf, 'b.ini': `${deaf}clone = fs,pid\n` } });
    for (const name of ['a', 'b']) await daemon.said(new RegExp(`${name} \\| up`));
    daemon.child.kill('SIGTERM');
    await daemon.said(/stopping 2 vassals/);
    const asked = performance.now();
    daemon.child.kill('SIGTERM');
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(left()).toEqual([]);
  });
});

describeRoot('where the host’s / is a shared mount', () => {
  test('nothing that a jail mounts or unmounts is seen outside, and propagation stays as it was', async () => {
    const wrapper = ['unshare', '--mount', '--propagation', 'shared'];
    const script =
      'mount -t tmpfs inside /mnt && umount /dev/shm 2>/dev/null; mount -t tmpfs inside /opt; echo up; exec sleep 1000';
    const { daemon } = await marked({
      wrapper,
      files: { 'a.ini': vassal(`command = sh -c "${script}"`, 'clone = fs') },
    });
    const mounts = () => readFileSync(`/proc/${daemon.pid}/mountinfo`, 'utf8');
    const before = mounts();
    expect(before).toMatch(/ \/ \/ .* shared:\d+ /);
    await daemon.said(/a \| up/);
    const { pid } = await daemon.running('a');
    expect(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).toContain(' /mnt ');
    expect(mounts()).toBe(before);
    expect(before).not.toContain('inside');
    daemon.put('a.ini', vassal('command = sleep 1000', 'clone = fs,pid,net,ipc,uts'));
    await daemon.until('a', (view) => view?.generation === 2 && view.state === 'running');
    expect(mounts()).toBe(before);
  });
});

describeRoot('what hooks have mounted on the host', () => {
  test('goes after the daemon was killed, by cleanup', async () => {
    const { daemon } = await marked({});
    const before = hostMounts();
    const place = join(daemon.root, 'place');
    mkdirSync(place);
    const hooks = [
      `mount-as-emperor = tmpfs none ${place}`,
      `hook-as-root = mount:none ${place} ${place} bind`,
    ];
    daemon.put('web.ini', vassal('command = sleep 1000', ...hooks));
    await daemon.running('web');
    expect(hostMounts(daemon.root).length).toBe(before.length + 2);
    const record = () => readFileSync(`${daemon.control}.record`, 'utf8');
    await until('a record of both', () => JSON.parse(record()).mounts.length === 2);
    daemon.child.kill('SIGKILL');
    await daemon.exit;
    const cleaned = await tsjail(['cleanup', '--control', daemon.control]);
    expect(cleaned.stderr).toContain(place);
    expect(hostMounts(daemon.root)).toEqual(before);
  });
});
