// Hooks of a command that runs: before it is asked to end, after it has ended, and when the Emperor is no more.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLines, startLines } from '../helpers/ini-jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const SIGTERM = 15;
const WAITS = "trap 'echo asked; exit 3' TERM; echo up; while :; do sleep 0.01; done";
const ID = 'echo $TSJAIL_PHASE $(id -u) $(id -G)';
const later = (phase: string, line: string) => `hook-${phase} = exec:${line}`;

const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ['with a pid namespace', ['clone = fs,pid']],
  ['without one', []],
];

describeRoot.each(KINDS)((_name, lines) => {
  test('after the command, as its user; its code is the one that counts', async () => {
    const hooks = [
      later('as-user-atexit', ID),
      'exec-as-user-atexit = pwd; exit 9',
      'exec-as-user-atexit = echo on',
    ];
    const end = await runLines(
      [...lines, 'uid = www-data', 'no-initgroups', ...hooks],
      'echo command; exit 3',
    );
    expect(end.command).toMatchObject({ code: 3 });
    expect(end.output).toMatch(
      /^command\nas-user-atexit 33 33\n\/\S*\ntsjail: as-user-atexit: it exited with code 9\non\n$/,
    );
  });

  test('also after one that a signal ended', async () => {
    const end = await runLines([...lines, later('as-user-atexit', 'echo after')], 'kill -9 $$');
    expect(end.command).toMatchObject({ signal: 9 });
    expect(end.output).toBe('after\n');
  });

  test('not after one that was never started', async () => {
    const hooks = [later('as-user-atexit', 'echo after'), later('as-user', 'exit 1')];
    expect((await runLines([...lines, ...hooks])).output).toBe('');
  });

  test('stop and reload are done before the signal comes, each as often as it happens', async () => {
    const hooks = [
      later('emperor-stop', 'sleep 0.05; echo $TSJAIL_PHASE'),
      later('emperor-reload', 'sleep 0.05; echo $TSJAIL_PHASE'),
      later('as-user-atexit', 'echo after'),
    ];
    const jail = startLines([...lines, ...hooks], WAITS);
    await jail.said(/up/);
    await jail.started;
    jail.process.announce('reload');
    jail.process.announce('reload');
    jail.process.announce('stop');
    jail.process.signal(SIGTERM);
    const end = await jail.end;
    expect(end.output).toBe('up\nemperor-reload\nemperor-reload\nemperor-stop\nasked\nafter\n');
    expect(end.command).toMatchObject({ code: 3 });
  });

  test('without hooks an announcement is nothing', async () => {
    const jail = startLines(lines, WAITS);
    await jail.said(/up/);
    await jail.started;
    jail.process.announce('stop');
    jail.process.signal(SIGTERM);
    expect((await jail.end).output).toBe('up\nasked\n');
  });

  test('what hangs is killed after its time; a kill waits for nothing', async () => {
    const hanging = [
      'hook-timeout = 1s',
      later('as-user-atexit', 'sleep 1000'),
      'exec-as-user-atexit = echo on',
    ];
    const end = await runLines([...lines, ...hanging], 'echo command');
    expect(end.output).toMatch(/^command\ntsjail: as-user-atexit: it ran longer than .*\non\n$/);
    const file = join(tempDirectory(), 'file');
    const jail = startLines(
      [...lines, later('as-user-atexit', 'echo hanging; sleep 1000'), later('emperor-lost', `touch ${file}`)],
      'true',
    );
    await jail.said(/hanging/);
    jail.process.kill();
    await jail.end;
  });

  test('the command sees no child of its own, and no descriptor', async () => {
    const script =
      'read -r pids < /proc/$$/task/$$/children; echo "($pids)"; ls /proc/self/fd | tr "\\n" " "';
    const end = await runLines([...lines, later('as-user-atexit', 'true')], script);
    expect(end.output.trim()).toBe('()\n0 1 2 3');
  });
});

describeRoot('of a user namespace', () => {
  test('after the command, with its ids', async () => {
    const lines = ['clone = user,fs,pid', 'uid = 33', 'gid = 33', later('as-user-atexit', ID)];
    expect((await runLines(lines, 'id -u')).output).toBe('33\nas-user-atexit 33 33\n');
  });
});
