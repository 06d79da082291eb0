// Hooks that the Emperor does beside a jail: when, where, with which pid in hand, and what their failure means.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configOf, runLines, startLines } from '../helpers/ini-jail.ts';
import { startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { smallRoot } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const OURS = ['mnt', 'net', 'pid', 'user'].map((name) => `/proc/self/ns/${name}`);
const ours = () => OURS.map((link) => readlinkSync(link)).join(' ');
const where = `echo $TSJAIL_PHASE $(readlink ${OURS.join(' ')})`;
const FULL = 'clone = fs,net,pid,uts';
const isAlive = (pid: string) => existsSync(`/proc/${pid.trim()}`);

describeRoot('beside the jail', () => {
  test('the order, in the namespaces of the daemon, as root', async () => {
    const lines = [
      FULL,
      'uid = nobody',
      `exec-as-emperor = echo second`,
      `hook-as-emperor = exec:${where}; id -u`,
      `hook-as-emperor-before-vassal = exec:${where}`,
      'hook-asap = print:asap',
    ];
    const end = await runLines(lines, 'echo command');
    expect(end.said).toBeUndefined();
    expect(end.output).toBe(
      `as-emperor-before-vassal ${ours()}\nas-emperor ${ours()}\n0\nsecond\nasap\ncommand\n`,
    );
  });

  test.each([
    [FULL, ''],
    ['clone = user,fs,net,pid', ''],
    [FULL, 'init = false'],
  ])('the pid is that of a process in the jail (%s %s)', async (clone, init) => {
    const lines = [
      clone,
      init,
      'exec-as-emperor = readlink /proc/$UWSGI_VASSAL_PID/ns/net; env | grep -c _PID=',
    ];
    const end = await runLines(lines.filter(Boolean), 'readlink /proc/self/ns/net');
    expect(end.said).toBeUndefined();
    const [outside, count, inside] = end.output.trim().split('\n');
    expect(inside).toBe(outside);
    expect(inside).not.toBe(readlinkSync('/proc/self/ns/net'));
    expect(count).toBe('2');
  });

  test.each([[''], ['init = false']])('setns joins the named namespaces alone (%s)', async (init) => {
    const lines = [FULL, init, `hook-as-emperor-setns = net,uts exec:${where}; hostname inner`];
    const end = await runLines(lines.filter(Boolean), `echo command $(readlink ${OURS.join(' ')}); uname -n`);
    expect(end.said).toBeUndefined();
    const [hook, command, name] = end.output
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(hook?.[2]).toBe(command?.[2]);
    expect([hook?.[1], hook?.[3], hook?.[4]]).toEqual(ours().split(' ').toSpliced(1, 1));
    expect(name).toEqual(['inner']);
  });

  test('setns to a namespace that is shared does no harm', async () => {
    const end = await runLines(['clone = uts', 'hook-as-emperor-setns = net exec:echo done'], 'echo command');
    expect(end.output).toBe('done\ncommand\n');
  });

  test('as-emperor may fail: it is told, and the rest of the phase is left out', async () => {
    const lines = [
      'exec-as-emperor = exit 4',
      'exec-as-emperor = echo second',
      'hook-as-emperor-setns = net exec:echo third',
    ];
    const jail = startLines(['clone = net', ...lines], 'echo command');
    const end = await jail.end;
    expect(end.said).toBeUndefined();
    expect(end.output).toBe('third\ncommand\n');
    expect(jail.complaints).toEqual([
      "/vassals/test.ini:3:1: hook-exec 'exit 4' must-work: it exited with code 4",
    ]);
  });

  test('before-vassal must not fail: there is no jail then', async () => {
    const jail = startLines(['hook-as-emperor-before-vassal = exec:echo why; exit 4'], 'echo command');
    const end = await jail.end;
    expect(end.said).toBe(
      "/vassals/test.ini:2:1: hook-exec 'echo why; exit 4' must-work: it exited with code 4",
    );
    expect(end.output).toBe('why\n');
    expect([jail.jailerPid, end.init]).toEqual([0, null]);
  });

  test('what a hook leaves running ends with it', async () => {
    const pid = join(tempDirectory(), 'pid');
    const line = `setsid sleep 1000 & echo $! > ${pid}`;
    const end = await runLines(
      [`exec-as-emperor = ${line}`],
      `test -e /proc/$(cat ${pid}) && echo there; true`,
    );
    expect(end.output).toBe('');
    expect(isAlive(readFileSync(pid, 'utf8'))).toBe(false);
  });

  test.each(['as-emperor-before-vassal', 'as-emperor'])('a start that is given up ends %s', async (phase) => {
    const pid = join(tempDirectory(), 'pid');
    const line = `setsid sleep 1000 & echo $! > ${pid}; echo hanging; wait`;
    const jail = startLines([FULL, `hook-${phase} = exec:${line}`], 'echo command');
    await jail.said(/hanging/);
    expect(isAlive(readFileSync(pid, 'utf8'))).toBe(true);
    jail.process.kill();
    const end = await jail.end;
    expect(end.output).toBe('hanging\n');
    expect(end.said).toBeUndefined();
    await until('the end of the program', () => !isAlive(readFileSync(pid, 'utf8')));
  });

  test('no descriptor is left of all this', async () => {
    const lines = [
      FULL,
      'exec-as-emperor = true',
      'hook-as-emperor-setns = net exec:true',
      'hook-as-emperor-before-vassal = exec:false || true',
    ];
    await runLines(lines);
    const before = readdirSync('/proc/self/fd').length;
    await runLines(lines);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });
});

describeRoot('post-jail with namespace', () => {
  const withRoot = (lines: readonly string[], script: string) => {
    const { path, lines: complete } = smallRoot();
    const all = [`namespace = ${path}`, 'namespace-net = true', ...complete, ...lines, 'command = sh'];
    return startJail({
      ...configOf(all),
      command: { value: ['sh', '-c', script], at: { file: 'x', line: 1, column: 1 } },
    });
  };

  test('is done outside, with the pid of the jail, which waits', async () => {
    const line = `exec:${where}; readlink /proc/$UWSGI_JAIL_PID/ns/net`;
    const jail = withRoot(
      [`hook-post-jail = ${line}`, 'hook-in-jail = exec:echo in; ls -d /root || true'],
      'readlink /proc/self/ns/net',
    );
    const end = await jail.end;
    expect(end.said).toBeUndefined();
    const [hook, outside, second, ...rest] = end.output.trim().split('\n');
    expect(hook).toBe(`post-jail ${ours()}`);
    expect(second).toBe('in');
    expect(rest.at(-1)).toBe(outside);
    expect(outside).not.toBe(readlinkSync('/proc/self/ns/net'));
  });

  test('must not fail', async () => {
    const jail = withRoot(['hook-post-jail = exec:exit 5'], 'echo command');
    const end = await jail.end;
    expect(end.said).toMatch(/hook-exec 'exit 5' must-work: it exited with code 5$/);
    expect(end.output).toBe('');
  });
});
