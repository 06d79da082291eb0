// The end of a jail is the end of every process in it, however it tried to get away.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import { startJail, type TestJail } from '../helpers/jail.ts';
import { processesWith } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

const MARK = 'TSJAIL_TEST_MARK';

/** Forks and ends, forks and ends: whoever looks for it comes too late. It gives up by itself after some seconds. */
const COMET = `perl -e 'my $end = time + 8; while (time < $end) { exit if fork }'`;
/** Three levels of children that all fork, as many as 30 at a time. */
const BUSH = `perl -e 'my $end = time + 8; fork for 1..3; while (time < $end) { my $p = fork; exec "sleep", "0.01" if !$p; waitpid $p, 0 }'`;

const ESCAPES: Readonly<Record<string, string>> = {
  'a double fork into a session of its own': '(setsid sleep 1000 &)',
  'one that ignores every signal': `(trap '' TERM HUP INT QUIT USR1; exec setsid sleep 1000) &`,
  'one that changed its uid': 'setpriv --reuid 54321 --regid 54321 --clear-groups sleep 1000 &',
  'a stopped one': '(sleep 1000 & kill -STOP $!) &',
  'a comet': `${COMET} &`,
  'a bush': `${BUSH} &`,
};

interface Marked {
  readonly jail: TestJail;
  readonly left: () => number[];
}

async function start(script: string, namespaces: readonly NamespaceName[], cgroup: boolean): Promise<Marked> {
  const mark = randomUUID();
  const jail = startJail(
    {
      command: located(['sh', '-c', `${script}\necho up; exec sleep 1000`]),
      namespaces: located(new Set(namespaces)),
      env: new Map([[MARK, located(mark)]]),
    },
    { cgroup },
  );
  await jail.said(/up/);
  return { jail, left: () => processesWith(MARK, mark) };
}

describeRoot.each<readonly [string, readonly NamespaceName[], boolean]>([
  ['with a pid namespace', ['fs', 'pid'], true],
  ['with a cgroup and no pid namespace', [], true],
  ['with neither cgroup nor pid namespace', [], false],
])((_name, namespaces, cgroup) => {
  describeRoot.each(Object.entries(ESCAPES))((_escape, script) => {
    test('when the command ends', async () => {
      const { jail, left } = await start(script, namespaces, cgroup);
      jail.process.signal(9);
      expect((await jail.end).command).toMatchObject({ signal: 9 });
      expect(left()).toEqual([]);
    });

    test('when the jail is killed', async () => {
      const { jail, left } = await start(script, namespaces, cgroup);
      jail.process.kill();
      await jail.end;
      expect(left()).toEqual([]);
    });

    test('when the init is killed', async () => {
      const { jail, left } = await start(script, namespaces, cgroup);
      process.kill(jail.jailerPid, 'SIGKILL');
      await jail.end;
      expect(left()).toEqual([]);
    });
  });

  test('when the jail is killed, and its init was stopped', async () => {
    const { jail, left } = await start(ESCAPES['one that changed its uid'] ?? '', namespaces, cgroup);
    process.kill(jail.jailerPid, 'SIGSTOP');
    jail.process.kill();
    await jail.end;
    expect(left()).toEqual([]);
  });
});
