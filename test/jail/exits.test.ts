// How a command ended is told truly, and its last words are not lost.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import { runJail, startJail, testEngine } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { located } from '../helpers/vassal-config.ts';

const shell = (script: string) => located(['sh', '-c', script]);

describeRoot.each<readonly [string, readonly NamespaceName[], boolean]>([
  ['in a full jail', ['fs', 'net', 'ipc', 'uts', 'pid'], true],
  ['in a pid namespace without an init', ['fs', 'pid'], false],
  ['without a pid namespace', [], true],
])((_name, names, init) => {
  const namespaces = located(new Set(names));
  const config = (script: string) => ({ command: shell(script), namespaces, init: located(init) });

  test.each([0, 1, 42, 255])('code %d', async (code) => {
    const { command, said } = await runJail(config(`exit ${code}`));
    expect(said).toBeUndefined();
    expect(command).toMatchObject({ code, signal: null, core: false });
  });

  test('resources that were used', async () => {
    const { command } = await runJail(config('i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done'));
    expect(command?.userUsec).toBeGreaterThan(1000);
    expect(command?.maxRssKib).toBeGreaterThan(500);
  });

  test('output of any size, also what was printed last', async () => {
    const { output } = await runJail(
      config('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last words >&2'),
    );
    expect(output).toHaveLength(3_000_001 + 'last words\n'.length);
    expect(output.endsWith('last words\n')).toBe(true);
  });

  test('signals are passed on', async () => {
    const jail = startJail(
      config('trap "echo hup" HUP; trap "exit 9" TERM; echo up; while :; do sleep 1000 & wait; done'),
    );
    await jail.said(/up/);
    jail.process.signal(1);
    await jail.said(/hup/);
    jail.process.signal(15);
    expect((await jail.end).command).toMatchObject({ code: 9, signal: null });
  });
});

describeRoot.each<readonly [string, readonly NamespaceName[], boolean]>([
  ['ids changed in a pid namespace', ['fs', 'pid'], true],
  ['ids changed in a pid namespace without an init', ['fs', 'pid'], false],
  ['ids changed without a pid namespace', [], true],
])((_name, names, init) => {
  test('the command is told to stop', async () => {
    const jail = startJail({
      command: located([
        'setpriv',
        '--reuid=33',
        '--regid=33',
        '--clear-groups',
        'sh',
        '-c',
        'trap "exit 9" TERM; echo up; while :; do sleep 0.05; done',
      ]),
      namespaces: located(new Set(names)),
      init: located(init),
    });
    await jail.said(/up/);
    jail.process.signal(15);
    expect((await jail.end).command).toMatchObject({ code: 9, signal: null });
  });
});

describeRoot('a command killed by a signal', () => {
  const namespaces = located(new Set<NamespaceName>(['fs', 'pid']));

  test.each([15, 9, 6])('%d', async (signal) => {
    const jail = startJail({ command: shell('echo up; exec sleep 1000'), namespaces });
    await jail.said(/up/);
    jail.process.signal(signal);
    expect((await jail.end).command).toMatchObject({ code: null, signal });
  });

  test('with a core dump', async () => {
    const limits = new Map([['core', located({ soft: 1_000_000, hard: undefined })]]);
    const end = await runJail({
      command: shell(`cd ${tempDirectory()} && kill -SEGV $$`),
      namespaces,
      limits,
    });
    // Where core_pattern is a pipe or the directory cannot be written there may be none; the signal is told all the same.
    expect(end.command).toMatchObject({ code: null, signal: 11 });
  });

  test('kill() ends it whatever it ignores', async () => {
    const jail = startJail({
      command: shell('trap "" TERM HUP INT; echo up; while :; do sleep 1000; done'),
      namespaces,
    });
    await jail.said(/up/);
    jail.process.signal(15);
    jail.process.kill();
    const end = await jail.end;
    expect(end.command).toBeNull();
    expect(end.init).toMatchObject({ code: null, signal: 9 });
  });

  test('kill() of those that are frozen before their exec, and the next one starts', async () => {
    const { cgroups } = testEngine();
    if (cgroups === undefined) return expect.soft(process.env.CI, 'no cgroups here').toBeUndefined();
    // One more than there are launchers.
    const frozen = [1, 2, 3].map((number) => {
      const cgroup = cgroups.of(`frozen${number}`);
      mkdirSync(cgroup.path);
      writeFileSync(join(cgroup.path, 'cgroup.freeze'), '1');
      return startJail({ command: shell('sleep 1000'), namespaces }, { cgroup });
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const jail of frozen) jail.process.kill();
    for (const jail of frozen) expect((await jail.end).failure).toBeUndefined();
    expect((await runJail({ command: shell('exit 3'), namespaces })).command).toMatchObject({ code: 3 });
  });

  test('kill() before it is started', async () => {
    const jail = startJail({ command: shell('sleep 1000'), namespaces });
    jail.process.kill();
    expect((await jail.end).failure).toBeUndefined();
  });
});
