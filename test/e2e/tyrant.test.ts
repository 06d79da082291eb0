// Tyrant mode in the whole daemon: as whom vassals run, what is done for them and by whom, and what happens when a file gets
// another owner.
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor, isAlive } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { ANNA, BERT, homeOf, put, STAY, sh, tyrant } from '../helpers/tyrant.ts';
import { until } from '../helpers/until.ts';

function status(pid: number | null | undefined): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8');
}

function idsOf(pid: number | null | undefined): (string | undefined)[] {
  const text = status(pid);
  return ['Uid', 'Gid', 'Groups', 'CapEff', 'CapPrm'].map((key) =>
    new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1]?.replaceAll('\t', ' '),
  );
}

const NO_CAPS = '0000000000000000';
const bare = (id: number) => [`${id} ${id} ${id} ${id}`, `${id} ${id} ${id} ${id}`, '', NO_CAPS, NO_CAPS];

describeRoot('whom a vassal runs as', () => {
  test("is the owner of its file, with nothing of root's left", async () => {
    const daemon = await tyrant();
    put(daemon, 'a.ini', ANNA, [sh(STAY)]);
    put(daemon, 'b.ini', BERT, [sh(STAY)], ANNA);
    const view = await daemon.running('a');
    expect(idsOf(view.pid)).toEqual(bare(ANNA));
    expect([view.uid, view.gid]).toEqual([ANNA, ANNA]);
    const other = await daemon.running('b');
    expect([other.uid, other.gid]).toEqual([BERT, ANNA]);
  });

  test("with namespaces of the daemon's, which root makes", async () => {
    const daemon = await tyrant('--emperor-use-clone=fs,net,ipc,uts,pid');
    put(daemon, 'a.ini', ANNA, [sh(`echo I am $$ of $(ls -d /proc/[0-9]* | wc -l); ${STAY}`)]);
    const { pid, namespaces } = await daemon.running('a');
    expect(idsOf(pid)).toEqual(bare(ANNA));
    expect(namespaces?.user).toBe(statSync('/proc/self/ns/user').ino);
    for (const name of ['mnt', 'net', 'ipc', 'uts', 'pid'] as const)
      expect(namespaces?.[name]).not.toBe(statSync(`/proc/self/ns/${name}`).ino);
    await until('said', async () => (await daemon.logs('a')).some((line) => /I am 2 of [2-6]$/.test(line)));
  });

  test('his groups, when they are asked for', async () => {
    const daemon = await tyrant('--emperor-tyrant-initgroups');
    put(daemon, 'a.ini', ANNA, [sh(STAY)]);
    expect(idsOf((await daemon.running('a')).pid)).toEqual(bare(ANNA));
  });

  test('never root: said once, and shown', async () => {
    const daemon = await tyrant();
    put(daemon, 'a.ini', 0, [sh(STAY)]);
    put(daemon, 'b.ini', ANNA, [sh(STAY)], 0);
    for (const [name, which] of [
      ['a', 'user and group'],
      ['b', 'group'],
    ] as const) {
      const { error, pid } = await daemon.until(name, (view) => view?.state === 'invalid');
      expect(pid).toBeNull();
      expect(error).toMatchObject({
        file: daemon.path(`${name}.ini`),
        line: 1,
        column: 1,
        code: 'bad-owner',
      });
      expect(error?.message).toContain(`it belongs to root (${which})`);
    }
    for (let i = 0; i < 3; i++) daemon.child.kill('SIGWINCH');
    put(daemon, 'c.ini', ANNA, [sh(STAY)]);
    await daemon.running('c');
    expect(daemon.output.match(/belongs to root/g)).toHaveLength(2);
  });

  test('a new owner is a stop and a start, also of a vassal that does not reload', async () => {
    const daemon = await tyrant();
    put(daemon, 'a.ini', ANNA, [
      'reload = none',
      sh(`trap "" TERM; echo up; while :; do sleep 1000; done`),
      'stop-timeout = 100ms',
    ]);
    const { pid } = await daemon.running('a');
    chownSync(daemon.path('a.ini'), BERT, BERT);
    const after = await daemon.until('a', (view) => view?.uid === BERT && view.state === 'running');
    expect(isAlive(pid ?? 0)).toBe(false);
    expect(idsOf(after.pid)).toEqual(bare(BERT));
  });

  test("a file that becomes root's, or bad with another owner, does not run on as the former one's", async () => {
    const daemon = await tyrant();
    put(daemon, 'a.ini', ANNA, [sh(STAY)]);
    put(daemon, 'b.ini', ANNA, [sh(STAY)]);
    const pids = [(await daemon.running('a')).pid, (await daemon.running('b')).pid];
    chownSync(daemon.path('a.ini'), 0, 0);
    put(daemon, 'b.ini', BERT, ['nonsense = 1']);
    for (const name of ['a', 'b']) {
      await daemon.until(name, (view) => view?.state === 'invalid');
      await daemon.act('start', name);
      expect((await daemon.view(name))?.pid).toBeNull();
    }
    expect(pids.map((pid) => isAlive(pid ?? 0))).toEqual([false, false]);
  });

  test("an operator's stop holds for the next owner too", async () => {
    const daemon = await tyrant();
    put(daemon, 'a.ini', ANNA, [sh(STAY)]);
    await daemon.running('a');
    await daemon.act('stop', 'a');
    put(daemon, 'a.ini', BERT, [sh(STAY)]);
    await daemon.until('a', (view) => view?.uid === BERT);
    expect((await daemon.view('a'))?.state).toBe('stopped');
    await daemon.act('start', 'a');
    expect((await daemon.running('a')).uid).toBe(BERT);
  });
});

describeRoot('links', () => {
  test("root's links are followed to the owner of the file, others' are refused", async () => {
    const daemon = await tyrant();
    const home = homeOf(daemon, ANNA);
    writeFileSync(join(home, 'app'), `[vassal]\n${sh(STAY)}\n`);
    chownSync(join(home, 'app'), ANNA, ANNA);
    symlinkSync(join(home, 'app'), daemon.path('a.ini'));
    expect((await daemon.running('a')).uid).toBe(ANNA);
    const link = join(daemon.root, 'link');
    symlinkSync(join(home, 'app'), link);
    lchownSync(link, BERT, BERT);
    daemon.rename(link, 'b.ini');
    const { error } = await daemon.until('b', (view) => view?.state === 'invalid');
    expect(error?.message).toContain(`a symbolic link of uid ${BERT} leads to a file of uid ${ANNA}`);
  });

  test('with nofollow the owner of the link counts, if he can read the file', async () => {
    const daemon = await tyrant('--emperor-tyrant-nofollow');
    const home = homeOf(daemon, ANNA);
    const file = join(home, 'app');
    writeFileSync(file, `[vassal]\n${sh(STAY)}\n`, { mode: 0o600 });
    chownSync(file, ANNA, ANNA);
    const link = (name: string, uid: number) => {
      const beside = join(daemon.root, 'link');
      symlinkSync(file, beside);
      lchownSync(beside, uid, uid);
      daemon.rename(beside, name);
    };
    link('a.ini', ANNA);
    link('b.ini', BERT);
    link('c.ini', 0);
    expect((await daemon.running('a')).uid).toBe(ANNA);
    const { error } = await daemon.until('b', (view) => view?.state === 'invalid');
    expect(error?.message).toContain('the owner of the link cannot read what it leads to: EACCES');
    expect((await daemon.until('c', (view) => view?.state === 'invalid')).error?.message).toContain('root');
    chmodSync(file, 0o644);
    // A change of mode alone is none.
    utimesSync(file, 1, 1);
    expect((await daemon.until('b', (view) => view?.state === 'running')).uid).toBe(BERT);
    lchownSync(daemon.path('b.ini'), ANNA, ANNA);
    await daemon.until('b', (view) => view?.uid === ANNA && view.state === 'running');
  });
});

describeRoot('what is done for a vassal', () => {
  test("his hooks are his from as-vassal on, beside the daemon too; the daemon's are root's", async () => {
    const mark = (phase: string) => `exec:echo ${phase} $(id -u) $(id -g) $(id -G) >&2`;
    const daemon = await tyrant(
      '--emperor-use-clone=fs,pid',
      `--hook-as-vassal-before-drop=${mark('D-before-drop')}`,
      `--hook-as-vassal=${mark('D-as-vassal')}`,
      `--hook-as-emperor=${mark('D-as-emperor')}`,
      `--vassals-set=hook-as-root=${mark('D-as-root')}`,
      '--vassals-start-hook=echo D-start $(id -u) >&2; :',
    );
    const phases = [
      'asap',
      'as-vassal-before-drop',
      'as-vassal',
      'pre-jail',
      'post-jail',
      'in-jail',
      'as-root',
      'as-user',
    ];
    const outer = ['as-emperor-before-vassal', 'as-emperor'];
    put(daemon, 'a.ini', ANNA, [
      ...[...phases, ...outer].map((phase) => `hook-${phase} = ${mark(phase)}`),
      sh(`echo ready; ${STAY}`),
    ]);
    await daemon.running('a');
    const logs = await until('said', async () => {
      const lines = await daemon.logs('a');
      return lines.includes('ready') && lines;
    });
    const said = new Set(logs);
    for (const phase of [...phases, ...outer]) expect(said).toContain(`${phase} ${ANNA} ${ANNA} ${ANNA}`);
    expect(said).toContain('D-before-drop 0 0 0');
    expect(said).toContain('D-as-emperor 0 0 0');
    expect(said).toContain('D-as-root 0 0 0');
    expect(said).toContain(`D-as-vassal ${ANNA} ${ANNA} ${ANNA}`);
    expect(said).toContain(`D-start ${ANNA}`);
  });

  test('with `user` he is root of his own: he may mount there, and is himself outside', async () => {
    const daemon = await tyrant('--emperor-use-clone=fs,pid,uts');
    const home = homeOf(daemon, ANNA);
    mkdirSync(join(home, 'mnt'), { mode: 0o777 });
    chownSync(join(home, 'mnt'), ANNA, ANNA);
    put(daemon, 'a.ini', ANNA, [
      'clone = user',
      'hostname = mine',
      `hook-as-root = mount:tmpfs none ${home}/mnt`,
      `hook-as-root = exec:touch ${home}/made; id -u >&2; cat /etc/shadow >&2 || echo no shadow >&2`,
      sh(`hostname; grep ${home}/mnt /proc/mounts; ${STAY}`),
    ]);
    const { pid, uid } = await daemon.running('a');
    expect(uid).toBe(ANNA);
    expect(idsOf(pid).slice(0, 3)).toEqual(bare(ANNA).slice(0, 3));
    expect(statSync(join(home, 'made')).uid).toBe(ANNA);
    await until('said', async () => {
      const lines = await daemon.logs('a');
      return (
        lines.includes('mine') &&
        lines.includes('no shadow') &&
        lines.some((line) => line.includes(`${home}/mnt tmpfs`))
      );
    });
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(home);
    expect(readFileSync(`/proc/${pid}/uid_map`, 'utf8').trim().split(/\s+/)).toEqual([
      '0',
      String(ANNA),
      '1',
    ]);
  });

  test('without it a mount is refused before anything runs', async () => {
    const daemon = await tyrant('--emperor-use-clone=fs');
    put(daemon, 'a.ini', ANNA, ['hook-as-root = mount:tmpfs none /mnt', sh(STAY)]);
    const { error } = await daemon.until('a', (view) => view?.state === 'invalid');
    expect(error).toMatchObject({ line: 2, column: 16 });
    expect(error?.message).toContain('needs `user` among the namespaces');
  });

  test('what his vassal waits for is waited for as him', async () => {
    const daemon = await tyrant('--emperor-use-clone=fs,pid');
    const home = homeOf(daemon, ANNA);
    put(daemon, 'a.ini', ANNA, [`wait-for-file = ${home}/there`, 'init = false', sh(STAY)]);
    put(daemon, 'b.ini', ANNA, [`wait-for-file = ${home}/there`, sh(STAY)]);
    for (const name of ['a', 'b']) await daemon.until(name, (view) => view?.state === 'starting');
    writeFileSync(join(home, 'there'), '');
    for (const name of ['a', 'b']) expect(idsOf((await daemon.running(name)).pid)).toEqual(bare(ANNA));
  });

  test("what the daemon's config asks for root does", async () => {
    const daemon = await tyrant(
      '--emperor-use-clone=fs,uts',
      '--vassals-set=hostname=given',
      '--vassals-set=tmpfs=/mnt',
      '--vassals-set=prio=-3',
    );
    put(daemon, 'a.ini', ANNA, [sh(`hostname; grep " /mnt " /proc/mounts; nice; ${STAY}`)]);
    await daemon.running('a');
    await until('said', async () => {
      const lines = await daemon.logs('a');
      return (
        lines.includes('given') && lines.includes('-3') && lines.some((line) => line.startsWith('tmpfs /mnt'))
      );
    });
  });

  test("nothing of the daemon's environment but what is no secret", async () => {
    const daemon = await emperor({ args: ['--emperor-tyrant'], env: { SECRET: 's3cret' } });
    for (const path of [daemon.root, daemon.vassals]) chmodSync(path, 0o755);
    put(daemon, 'a.ini', ANNA, ['env = A=$(SECRET)$(HOME)', sh(`env; echo ready; ${STAY}`)]);
    await daemon.running('a');
    await until('said', async () => (await daemon.logs('a')).includes('ready'));
    const text = (await daemon.logs('a')).join('\n');
    expect(text).not.toContain('s3cret');
    expect(text).not.toMatch(/^HOME=/m);
    expect(text).toContain('A=$(SECRET)$(HOME)');
  });
});

describe('tsjail check', () => {
  test("sees a file as the tenant's whose it is, when the daemon's config says so", async () => {
    const daemon = process.getuid?.() === 0 ? await tyrant() : undefined;
    if (daemon === undefined) return;
    const config = join(daemon.root, 'emperor.ini');
    writeFileSync(config, '[emperor]\nemperor-tyrant = true\n');
    const file = join(daemon.root, 'x.ini');
    writeFileSync(file, '[vassal]\ninclude = /etc/shadow\ncap = kill\ncommand = /bin/true\n');
    chownSync(file, ANNA, ANNA);
    const end = await tsjail(['check', '--config', config, file]);
    expect(end.code).toBe(1);
    expect(end.stdout).toContain(`${file}:2:11: error: cannot read /etc/shadow: EACCES`);
    expect(end.stdout).toContain(`${file}:3:7: error: \`cap\` of a tenant needs \`user\``);
    chownSync(file, 0, 0);
    expect((await tsjail(['check', '--config', config, file])).stdout).toContain('it belongs to root');
  });
});

describeRoot('the daemon', () => {
  test('does not become or cease to be a tyrant while it runs', async () => {
    const daemon = await tyrant();
    put(daemon, 'a.ini', ANNA, [sh(STAY)]);
    const { pid } = await daemon.running('a');
    await daemon.stop();
    expect(isAlive(pid ?? 0)).toBe(false);
    const config = join(daemon.root, 'emperor.ini');
    writeFileSync(config, '[emperor]\nemperor-tyrant = true\n');
    const again = await emperor({ args: ['--config', config], sources: [daemon.vassals] });
    expect((await again.running('a')).uid).toBe(ANNA);
    writeFileSync(config, '[emperor]\n');
    again.child.kill('SIGHUP');
    await again.said(/emperor-tyrant stays as it was/);
    await again.said(/config read again/);
    expect((await again.running('a')).uid).toBe(ANNA);
  });

  test('has to be root', async () => {
    const wrapper = ['setpriv', `--reuid=${ANNA}`, `--regid=${ANNA}`, '--clear-groups'];
    const args = ['emperor', '/tmp', '--emperor-tyrant', '--control', '/tmp/tsjail-tyrant-test.sock'];
    const end = await tsjail(args, { wrapper });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('emperor-tyrant needs root');
  });
});
