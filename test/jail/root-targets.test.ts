// What a jail makes in a root file system on disk goes when the jail is over: all of it that still is what was made, and
// nothing that somebody else uses.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CliCall } from '../helpers/cli.ts';
import { runJail, startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { namesBelow, smallRoot, vassalOf } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { located } from '../helpers/vassal-config.ts';

const MADE = ['bind-ro = /etc:/new/deep/etc', 'bind = /etc/hostname:/new/file', 'tmpfs = /run/other'];
/** Says that it is up, and at TERM what it sees of what is mounted on the targets. */
const WATCHER =
  'trap "ls /new/deep/etc/passwd; cat /new/file; exit" TERM; echo up; while :; do sleep 1000 & wait; done';
const SEES = /passwd\n\S+/;
const TERM = 15;

describeRoot('after the end of a jail', () => {
  test.each([
    ['namespace', [], {}],
    ['a root that is read-only', ['read-only = true'], {}],
    ['without an init', ['init = false'], { init: located(false) }],
    ['with hooks beside it', ['hook-as-emperor = print:here'], {}],
    ['a device directory', ['dev = minimal'], {}],
  ])('all of it goes: %s', async (_what, more, changes) => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...MADE, ...more], 'ls -d /new/deep/etc');
    const end = await runJail({ ...config, ...changes });
    expect(end.output).toContain('/new/deep/etc\n');
    expect(namesBelow(path)).toEqual(names);
  });

  test.each([
    ['chroot', 'fs'],
    ['chroot', 'fs,pid'],
    ['chroot', 'fs,user'],
  ])('all of it goes: %s, %s', async (key, clone) => {
    const { path, lines } = smallRoot();
    for (const name of ['.', 'run']) chownSync(join(path, name), 100_000, 100_000);
    const names = namesBelow(path);
    const config = vassalOf(
      [`clone = ${clone}`, `${key} = ${path}`, ...lines, ...MADE],
      'ls -d /new/deep/etc',
    );
    expect((await runJail(config)).output).toBe('/new/deep/etc\n');
    expect(namesBelow(path)).toEqual(names);
  });

  test('however much it is', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const many = Array.from({ length: 150 }, (_, index) => `bind = /etc/hostname:/many/${index}`);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...many], 'ls /many | wc -l');
    expect((await runJail(config)).output).toBe('150\n');
    expect(namesBelow(path)).toEqual(names);
  });

  test('also what was made in a directory that is bound into it', async () => {
    const { path, lines } = smallRoot();
    const bound = tempDirectory();
    const names = namesBelow(path);
    const more = [`bind = ${bound}:/data`, 'tmpfs = /data/a/b', 'bind = /etc/hostname:/data/file'];
    const config = vassalOf([`namespace = ${path}`, ...lines, ...more], 'ls /data');
    expect((await runJail(config)).output).toBe('a\nfile\n');
    expect(readdirSync(bound)).toEqual([]);
    expect(namesBelow(path)).toEqual(names);
  });

  test('also what was made in the layer on disk of an overlay', async () => {
    const { path, lines } = smallRoot();
    const layers = tempDirectory();
    for (const name of ['upper', 'work']) mkdirSync(join(layers, name));
    const overlay = `overlay = ${path}:${layers}/upper:${layers}/work:/`;
    const script = 'ls -d /new/deep/etc; touch /kept';
    const config = vassalOf([`namespace = ${path}`, overlay, ...lines, ...MADE], script);
    expect((await runJail(config)).output).toBe('/new/deep/etc\n');
    // What was in the root before is copied up when something is made in it.
    expect(namesBelow(join(layers, 'upper'))).toEqual(['kept', 'run']);
  });

  test('also when it was killed in set-up, with who would have taken it back', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const hook = 'hook-in-jail = exec:echo hanging; sleep 1000';
    const jail = startJail(vassalOf([`namespace = ${path}`, ...lines, ...MADE, hook], 'true'));
    await jail.said(/hanging/);
    expect(namesBelow(path)).not.toEqual(names);
    jail.process.kill();
    await jail.end;
    expect(namesBelow(path)).toEqual(names);
  });
});

describeRoot('what stays', () => {
  test('is what was there, what is in use by now, and what is another by now', async () => {
    const { path, lines } = smallRoot();
    const more = ['tmpfs = /solo', 'tmpfs = /linked', 'tmpfs = /gone', 'bind = /etc/hostname:/swapped'];
    mkdirSync(join(path, 'new'));
    const jail = startJail(vassalOf([`namespace = ${path}`, ...lines, ...MADE, ...more], WATCHER));
    await jail.said(/up/);
    writeFileSync(join(path, 'new/deep/mine'), '');
    writeFileSync(join(path, 'new/file'), 'grown');
    rmdirSync(join(path, 'gone'));
    // The old one stays elsewhere, so that its number cannot be had again.
    for (const name of ['solo', 'linked', 'swapped']) renameSync(join(path, name), join(path, `old-${name}`));
    mkdirSync(join(path, 'solo'));
    symlinkSync('old-linked', join(path, 'linked'));
    writeFileSync(join(path, 'swapped'), '');
    jail.process.signal(TERM);
    await jail.end;
    expect(jail.complaints).toEqual([]);
    const left = [
      'new/deep/mine',
      'new/file',
      'solo',
      'linked',
      'swapped',
      'old-solo',
      'old-linked',
      'old-swapped',
    ];
    expect(namesBelow(path)).toEqual(expect.arrayContaining([...left, 'new']));
    for (const name of ['new/deep/etc', 'run/other', 'gone'])
      expect(existsSync(join(path, name))).toBe(false);
  });

  test('is nobody’s affair when the whole root is gone', async () => {
    const { path, lines } = smallRoot();
    const jail = startJail(vassalOf([`namespace = ${path}`, ...lines, ...MADE], WATCHER));
    await jail.said(/up/);
    const away = join(tempDirectory(), 'away');
    renameSync(path, away);
    jail.process.signal(TERM);
    expect((await jail.end).output).toMatch(SEES);
    expect(jail.complaints).toEqual([]);
    expect(namesBelow(away)).toContain('new/deep/etc');
    rmSync(away, { recursive: true });
  });
});

describeRoot('two jails in one root', () => {
  test('the last one takes it all away, and nothing from the other before', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...MADE], WATCHER);
    const first = startJail(config);
    await first.said(/up/);
    // By another path.
    const link = join(tempDirectory(), 'link');
    symlinkSync(path, link);
    const second = startJail(vassalOf([`namespace = ${link}`, ...lines, ...MADE, 'tmpfs = /more'], WATCHER));
    await second.said(/up/);
    first.process.signal(TERM);
    await first.end;
    second.process.signal(TERM);
    expect((await second.end).output).toMatch(SEES);
    expect(namesBelow(path)).toEqual(names);
  });

  test('also where root of the user namespace cannot read, and so not lock, the root', async () => {
    const { path, lines } = smallRoot();
    for (const name of ['run', 'tmp']) chownSync(join(path, name), 100_000, 100_000);
    chmodSync(path, 0o711);
    for (const line of lines) mkdirSync(join(path, line.replace(/.* = /, '')), { recursive: true });
    const names = namesBelow(path);
    const made = ['bind = /etc:/run/new/etc'];
    const script = WATCHER.replace('/new/deep', '/run/new').replace('/new/file', '/run/new/etc/hostname');
    const config = vassalOf(['clone = user', `namespace = ${path}`, ...lines, ...made], script);
    const first = startJail(config);
    await first.said(/up/);
    const second = startJail(config);
    await second.said(/up/);
    first.process.signal(TERM);
    await first.end;
    second.process.signal(TERM);
    expect((await second.end).output).toMatch(SEES);
    expect(namesBelow(path)).toEqual(names);
  });

  test('a start that fails takes back nothing that another has found', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const go = join(tempDirectory(), 'go');
    mkdirSync(go);
    const config = [`namespace = ${path}`, ...lines, ...MADE];
    const hook = 'hook-as-root = exec:echo waiting; until [ -e /go/now ]; do :; done; exit 1';
    const failing = startJail(vassalOf([...config, `bind = ${go}:/go`, hook], 'true'));
    await failing.said(/waiting/);
    const other = startJail(vassalOf(config, WATCHER));
    await other.said(/up/);
    writeFileSync(join(go, 'now'), '');
    expect((await failing.end).said).toMatch(/hook-exec/);
    other.process.signal(TERM);
    expect((await other.end).output).toMatch(SEES);
    expect(namesBelow(path)).toEqual(names);
  });

  test('nor where it cannot know of others', async () => {
    const { path, lines } = smallRoot();
    chownSync(join(path, 'run'), 100_000, 100_000);
    chmodSync(path, 0o711);
    for (const line of lines) mkdirSync(join(path, line.replace(/.* = /, '')), { recursive: true });
    const names = namesBelow(path);
    const go = tempDirectory();
    chmodSync(go, 0o755);
    const config = ['clone = user', `namespace = ${path}`, ...lines, 'bind = /etc:/run/new/etc'];
    const hook = 'hook-as-root = exec:echo waiting; until [ -e /run/go/now ]; do :; done; exit 1';
    const failing = startJail(vassalOf([...config, `bind = ${go}:/run/go`, hook], 'true'));
    await failing.said(/waiting/);
    const script = WATCHER.replace('/new/deep', '/run/new').replace('/new/file', '/run/new/etc/hostname');
    const other = startJail(vassalOf(config, script));
    await other.said(/up/);
    writeFileSync(join(go, 'now'), '');
    expect((await failing.end).said).toMatch(/hook-exec/);
    other.process.signal(TERM);
    expect((await other.end).output).toMatch(SEES);
    expect(namesBelow(path)).toEqual(names);
  });

  test('of two daemons: it stays until the one who has made it finds nobody there', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...MADE], WATCHER);
    const first = startJail(config);
    await first.said(/up/);
    const flags = [`namespace = ${path}`, ...lines, ...MADE].map((line) => `--${line.replace(' = ', '=')}`);
    const other = new CliCall(['run', ...flags, '--', 'sh', '-c', WATCHER]);
    await other.said(/up/);
    first.process.signal(TERM);
    await first.end;
    other.child.kill('SIGTERM');
    expect((await other.end).stdout).toMatch(SEES);
    expect(namesBelow(path)).toContain('new/deep/etc');
    expect((await runJail({ ...config, command: located(['true']) })).said).toBeUndefined();
    expect(namesBelow(path)).toEqual(names);
  });

  test('whoever locks the directory keeps nobody from starting', async () => {
    const { path, lines } = smallRoot();
    const locker = spawn('flock', ['-x', path, 'sh', '-c', 'echo locked; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    onTestFinished(() => void locker.stdin.end());
    await new Promise((resolve) => locker.stdout.once('data', resolve));
    const end = await runJail(vassalOf([`namespace = ${path}`, ...lines, ...MADE], 'cat /new/file'));
    expect(end.said).toBeUndefined();
    expect(end.output).not.toBe('');
    // Somebody is there, for all that we know.
    expect(namesBelow(path)).toContain('new/deep/etc');
  });
});
