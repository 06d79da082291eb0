// What the command starts with: nothing of the daemon's.
import { execFileSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

const FULL = located(new Set<NamespaceName>(['fs', 'net', 'ipc', 'uts', 'pid']));
const NONE = located(new Set<NamespaceName>());
const shell = (script: string) => located(['sh', '-c', script]);

async function output(changes: Partial<VassalConfig>): Promise<string> {
  const end = await runJail(changes);
  expect(end.said).toBeUndefined();
  return end.output.trim();
}

describeRoot.each<readonly [string, typeof FULL]>([
  ['in a full jail', FULL],
  ['without a jail', NONE],
])((_name, namespaces) => {
  const start = (script: string, changes: Partial<VassalConfig> = {}) =>
    output({ command: shell(script), namespaces, ...changes });

  test('signals: default dispositions, nothing blocked', async () => {
    process.on('SIGUSR2', ignore);
    onTestFinished(() => void process.off('SIGUSR2', ignore));
    const status = await output({ command: located(['cat', '/proc/self/status']), namespaces });
    expect(status.match(/^Sig(Blk|Ign|Cgt):\t0000000000000000$/gm)).toHaveLength(3);
  });

  test('umask, working directory, open files', async () => {
    expect(await start('umask; pwd; ulimit -Sn; ulimit -Hn')).toBe(`0022\n/\n1024\n${hardLimit()}`);
    expect(await start('umask; pwd', { umask: located(0o77), chdir: located('/usr') })).toBe('0077\n/usr');
    expect(await start('pwd', { directory: '/usr/lib' })).toBe('/usr/lib');
    expect(await start('pwd', { directory: '/nowhere' })).toBe('/');
  });

  test('descriptors 0, 1 and 2 alone, and stdin is empty', async () => {
    const fds = await start(
      'cd /proc/self/fd; for fd in *; do readlink $fd >/dev/null && echo $fd; done; cat',
    );
    expect(fds).toBe('0\n1\n2');
  });

  test('a session of its own and no controlling terminal', async () => {
    const [, , , , , session, terminal] = (
      await output({ command: located(['cat', '/proc/self/stat']), namespaces })
    )
      .replace(/\(.*\)/, 'x')
      .split(' ');
    expect(terminal).toBe('0');
    expect(session).not.toBe(String(process.pid));
  });

  test('a session keyring of its own', async () => {
    // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0), which no program of the base system calls.
    const script = `print syscall(${process.arch === 'arm64' ? 219 : 250}, 0, -3, 0)`;
    const theirs = await output({ command: located(['perl', '-e', script]), namespaces });
    const ours = execFileSync('perl', ['-e', script], { encoding: 'utf8' });
    expect(theirs).toMatch(/^\d+$/);
    expect(theirs).not.toBe(ours);
  });

  test('scheduling, affinity and capabilities are the daemon’s, not the launcher’s', async () => {
    const lines = await output({
      command: shell(
        'grep -E "^(Cap(Inh|Amb)|NoNewPrivs|Cpus_allowed_list)" /proc/self/status; cut -d" " -f 41 /proc/self/stat',
      ),
      namespaces,
    });
    const ours = execFileSync('grep', ['Cpus_allowed_list', '/proc/self/status'], {
      encoding: 'utf8',
    }).trim();
    expect(lines.split('\n').sort()).toEqual(
      ['0', 'CapAmb:\t0000000000000000', 'CapInh:\t0000000000000000', ours, 'NoNewPrivs:\t0'].sort(),
    );
  });

  test('the environment of the config', async () => {
    const env = await output({
      command: located(['env']),
      namespaces,
      env: new Map([['A', located('b c')]]),
    });
    expect(env.split('\n').sort()).toEqual([
      'A=b c',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'TSJAIL_VASSAL=web',
    ]);
  });

  test('limits, nice value, oom_score_adj', async () => {
    const lines = await start('ulimit -c; ulimit -Sn; ulimit -Hn; nice; cat /proc/self/oom_score_adj', {
      limits: new Map([
        ['core', located({ soft: 0, hard: 0 })],
        ['nofile', located({ soft: 100, hard: 200 })],
      ]),
      prio: located(7),
      oomScoreAdj: located(300),
    });
    expect(lines).toBe('0\n100\n200\n7\n300');
  });

  test('uid, gid and groups, in the command and in its init', async () => {
    const end = await start('id -u; id -g; id -G; echo hi >/etc/x 2>&1 || echo denied', {
      user: located({ uid: 1000, gid: 1001, name: undefined, home: undefined, shell: undefined }),
      gid: located(1001),
      groups: [1001, 27],
    });
    expect(end.split('\n').slice(0, 3)).toEqual(['1000', '1001', '1001 27']);
    expect(end).toMatch(/denied$/);
  });
});

function ignore(): void {}

function hardLimit(): string {
  return execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
}
