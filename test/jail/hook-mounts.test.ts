// Mounts of hooks: what a mount is in one call, what is below a mount that goes, and what is left on the host.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { runLines, startLines } from '../helpers/ini-jail.ts';
import type { JailEnd } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const hooks = (...actions: readonly string[]) => actions.map((each) => `hook-as-root = ${each}`);
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

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

/** Runs a vassal by the command, in a mount namespace of this test's own: other tests look at the host's mounts. `meanwhile`
 *  is a shell's, with the pid of `tsjail run` in $pid, `first` one's before all. What it gives is what the vassal saw, and what is different afterwards. */
function onHost(lines: readonly string[], command: string, meanwhile = 'true', first = 'true'): string {
  const file = join(tempDirectory(), 'test.ini');
  writeFileSync(file, ['[vassal]', `command = sh -c "${command}"`, ...lines].join('\n'));
  const look = 'cut -d" " -f5- /proc/self/mountinfo';
  const script = `${first}; before=$(${look}); ${process.execPath} ${MAIN} run ${file} 2>/dev/null & pid=$!
    ${meanwhile}; wait $pid; [ "$before" = "$(${look})" ] || { echo left:; ${look}; }`;
  return execFileSync('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script], {
    encoding: 'utf8',
  });
}

describeRoot('on the host', () => {
  const hostMounts = (path: string) => [
    `hook-as-vassal = mount:tmpfs first ${path} defaults size=1m`,
    `hook-as-vassal = mkdir:${path}/below`,
    `hook-as-root = mount:tmpfs second ${path}/below private`,
    `hook-as-root = mount:none ${path} ${path}/below bind,rec,ro`,
  ];
  const count = (path: string) => `grep -c ${path} /proc/self/mountinfo`;

  test('what a vassal without mounts of its own has mounted goes at its end', () => {
    const path = tempDirectory();
    expect(onHost(hostMounts(path), count(path))).toBe('4\n');
  });

  test.each(['as-root', 'as-user'])('and when its start fails in %s', (phase) => {
    const path = tempDirectory();
    const lines = [...hostMounts(path), 'uid = nobody', `hook-${phase} = exec:${count(path)}; exit 1`];
    expect(onHost(lines, 'echo command')).toBe('4\n');
  });

  test('and when it is given up in the midst of it', () => {
    const path = tempDirectory();
    const ready = join(tempDirectory(), 'ready');
    const lines = [...hostMounts(path), `hook-as-root = exec:${count(path)}; touch ${ready}; sleep 1000`];
    const meanwhile = `while [ ! -e ${ready} ]; do sleep 0.02; done; kill $pid`;
    expect(onHost(lines, 'echo command', meanwhile)).toBe('4\n');
  });

  test('what is mounted beside the jail too', () => {
    const path = tempDirectory();
    const lines = [
      'clone = pid',
      `hook-as-emperor-before-vassal = mount:tmpfs none ${path}`,
      `mount-as-emperor = tmpfs none ${path}`,
    ];
    expect(onHost(lines, count(path))).toBe('2\n');
  });

  test('also when the jail is never made', () => {
    const path = tempDirectory();
    const before = `hook-as-emperor-before-vassal = mount:tmpfs none ${path}`;
    const failing = `hook-as-emperor-before-vassal = exec:${count(path)}; exit 1`;
    expect(onHost([before, failing], 'echo command')).toBe('1\n');
  });

  test('what a hook has unmounted itself is no trouble', () => {
    const path = tempDirectory();
    const lines = [`hook-as-root = mount:tmpfs none ${path}`, `hook-as-root = umount:${path}`];
    expect(onHost(lines, 'echo command')).toBe('command\n');
  });

  test('it is the mount that goes, whatever was put in place of a directory above it', () => {
    const path = tempDirectory();
    const other = tempDirectory();
    for (const each of [path, other]) mkdirSync(join(each, 'below'));
    const lines = [`hook-as-root = mount:tmpfs none ${path}/below`];
    const swap = `mv ${path} ${path}.moved; ln -s ${other} ${path}; rmdir ${path}.moved/below 2>/dev/null; echo swapped`;
    const first = `mount -t tmpfs other ${other}/below`;
    expect(onHost(lines, swap, 'true', first)).toBe('swapped\n');
    rmSync(`${path}.moved`, { recursive: true });
  });
});

describeRoot('a mount on the host that was not heard of yet', () => {
  test('goes too when the start is given up', async () => {
    const path = tempDirectory();
    const marker = join(tempDirectory(), 'marker');
    const isMounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(path);
    onTestFinished(() => void spawnSync('umount', ['-l', path]));
    const lines = hooks('exec:echo first; sleep 0.2', `mount:tmpfs none ${path}`);
    const jail = startLines([...lines, ...hooks(`exec:touch ${marker}; sleep 1000`)], 'true');
    await jail.said(/first/);
    // Nothing that is said now is heard before the end is wanted.
    const deadline = Date.now() + 5000;
    while (!existsSync(marker) && Date.now() < deadline);
    expect(isMounted()).toBe(true);
    jail.process.kill();
    await jail.end;
    expect(isMounted()).toBe(false);
  });
});
