// Mounts of hooks: what a mount is in one call, what is below a mount that goes, and what is left on the host.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLines, startLines } from '../helpers/ini-jail.ts';
import type { JailEnd } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const hooks = (...actions: readonly string[]) => actions.map((each) => `hook-as-root = ${each}`);
const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8');

describeRoot('mount', () => {
  const inside = async (lines: readonly string[], script: string): Promise<JailEnd> => {
    const end = await runLines(['clone = fs', ...lines], script);
    expect(end.said).toBeUndefined();
    return end;
  };

  test('bind,ro is read-only at once, with all below it where that is asked for', async () => {
    const source = tempDirectory();
    mkdirSync(join(source, 'below'));
    const make = (flags: string) => [
      ...hooks(`mount:tmpfs none ${source}/below`, `mount:none ${source} /mnt ${flags}`),
    ];
    const script = 'touch /mnt/x 2>/dev/null && echo top; touch /mnt/below/x 2>/dev/null && echo below; true';
    expect((await inside(make('bind,ro'), script)).output).toBe('');
    expect((await inside(make('bind,rec'), script)).output).toBe('top\nbelow\n');
    expect((await inside(make('bind,rec,ro'), script)).output).toBe('');
  });

  test('bind and a remount, the old way; the remount without a word opens it again', async () => {
    const source = tempDirectory();
    const lines = hooks(`mount:none ${source} /mnt bind`, 'mount:none none /mnt bind,remount,readonly');
    const script = 'touch /mnt/x 2>/dev/null && echo written; true';
    expect((await inside(lines, script)).output).toBe('');
    const opened = [...lines, ...hooks('mount:none none /mnt bind,remount')];
    expect((await inside(opened, script)).output).toBe('written\n');
  });

  test('flags of a mount and its propagation in one call', async () => {
    const lines = hooks('mount:tmpfs none /mnt nosuid,nodev,noexec,shared size=1m');
    const { output } = await inside(lines, 'grep " /mnt " /proc/self/mountinfo');
    expect(output).toMatch(/ \/mnt rw,nosuid,nodev,noexec,relatime shared:\d+ - tmpfs none rw,size=1024k/);
  });

  test('in a user namespace the flags of the host stay, which are locked', async () => {
    const lines = hooks('mount:tmpfs none /mnt nosuid,nodev', 'mount:none /mnt /media bind,ro');
    const { output } = await inside(['clone = user', ...lines], 'grep " /media " /proc/self/mountinfo');
    expect(output).toMatch(/ \/media ro,nosuid,nodev,relatime /);
  });
});

describeRoot('umount rec', () => {
  /** Mounts on mounts, over mounts, and on names that mountinfo escapes. */
  const tree = (top: string) => [
    `mount:tmpfs none ${top}`,
    `exec:mkdir -p "${top}/a b/c" ${top}/d "${top}/e\\\\f"`,
    `exec:mount -t tmpfs none "${top}/a b"; mkdir "${top}/a b/c"; mount -t tmpfs none "${top}/a b/c"`,
    `exec:mount -t tmpfs none ${top}/d; mount -t tmpfs over ${top}/d; mount -t tmpfs none "${top}/e\\\\f"`,
  ];
  const left = (top: string) => `grep -c ' ${top}' /proc/self/mountinfo; true`;

  test('all of it is there before', async () => {
    const top = tempDirectory();
    expect((await runLines(['clone = fs', ...hooks(...tree(top))], left(top))).output).toBe('6\n');
  });

  test.each(['rec', 'rec,detach'])('%s takes the whole tree', async (flags) => {
    const top = tempDirectory();
    const end = await runLines(['clone = fs', ...hooks(...tree(top), `umount:${top} ${flags}`)], left(top));
    expect(end.said).toBeUndefined();
    expect(end.output).toBe('0\n');
  });

  test('also by another name, without /proc, and for a very long list', async () => {
    const top = tempDirectory();
    const link = join(tempDirectory(), 'link');
    const name = '$i-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx';
    const lines = hooks(
      ...tree(top),
      `exec:for i in $(seq 400); do mkdir ${top}/d/${name}; mount -t tmpfs none ${top}/d/${name}; done`,
      `exec:ln -s ${top} ${link}`,
      'exec:umount -l /proc',
      `umount:${link} rec`,
      'exec:mount -t proc none /proc',
    );
    const end = await runLines(['clone = fs', ...lines], left(top));
    expect(end.said).toBeUndefined();
    expect(end.output).toBe('0\n');
  });

  test('what is in use stays, and is told', async () => {
    const top = tempDirectory();
    const end = await runLines(['clone = fs', ...hooks(...tree(top), `cd:${top}/d`, `umount:${top} rec`)]);
    expect(end.said).toMatch(/hook-umount \S+ rec: EBUSY.*it is in use/);
  });

  test('umount without flags takes one', async () => {
    const top = tempDirectory();
    const lines = hooks(`mount:tmpfs none ${top}`, `mount:tmpfs none ${top}`, `umount:${top}`);
    expect((await runLines(['clone = fs', ...lines], left(top))).output).toBe('1\n');
  });
});

describeRoot('on the host', () => {
  const target = () => {
    const path = tempDirectory();
    mkdirSync(join(path, 'below'));
    return path;
  };
  const onHost = (path: string) => [
    `hook-as-vassal = mount:tmpfs first ${path} defaults size=1m`,
    `hook-as-vassal = mkdir:${path}/below`,
    `hook-as-root = mount:tmpfs second ${path}/below private`,
    `hook-as-root = mount:none ${path} ${path}/below bind,rec,ro`,
  ];

  test('what a vassal without mounts of its own has mounted goes at its end', async () => {
    const path = target();
    const before = mounts();
    const end = await runLines(onHost(path), `grep -c ${path} /proc/self/mountinfo`);
    expect(end.output).toBe('4\n');
    expect(mounts()).toBe(before);
  });

  test('and when its start fails, as root or as the user', async () => {
    for (const phase of ['as-root', 'as-user']) {
      const path = target();
      const before = mounts();
      const lines = [...onHost(path), 'uid = nobody', `hook-${phase} = exec:exit 1`];
      expect((await runLines(lines)).said).toMatch(/it exited with code 1/);
      expect(mounts()).toBe(before);
    }
  });

  test('and when it is given up in the midst of it', async () => {
    const path = target();
    const before = mounts();
    const jail = startLines([...onHost(path), 'hook-as-root = exec:echo hanging; sleep 1000'], 'true');
    await jail.said(/hanging/);
    expect(mounts()).not.toBe(before);
    jail.process.kill();
    await jail.end;
    expect(mounts()).toBe(before);
  });

  test('what is mounted beside the jail too', async () => {
    const path = target();
    const before = mounts();
    const lines = [
      `hook-as-emperor-before-vassal = mount:tmpfs none ${path}`,
      `mount-as-emperor = tmpfs none ${path}`,
    ];
    const end = await runLines(['clone = pid', ...lines], `grep -c ${path} /proc/self/mountinfo`);
    expect(end.output).toBe('2\n');
    expect(mounts()).toBe(before);
  });

  test('what was there before is left alone', async () => {
    const path = target();
    const keep = join(path, 'keep');
    writeFileSync(keep, '');
    const before = mounts();
    const end = await runLines([`hook-as-root = mount:tmpfs none ${path}`, `hook-as-root = umount:${path}`]);
    expect(end.said).toBeUndefined();
    await until('the same mounts', () => mounts() === before);
    expect(readFileSync(keep, 'utf8')).toBe('');
  });
});
