// The jailer under AddressSanitizer and UndefinedBehaviorSanitizer: the same source with a libc around it. What they find
// ends a process with code 99.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CGROUP_SETTINGS } from '../../src/config/cgroup/settings.ts';
import { CAPABILITIES } from '../../src/config/identity/capabilities.ts';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import { SERVED } from '../../src/config/setns/values.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { step } from '../../src/plan/step.ts';
import { groupPath, hierarchies } from '../helpers/groups.ts';
import { HOSTILE } from '../helpers/hostile-accounts.ts';
import { configOf } from '../helpers/ini-jail.ts';
import { type JailEnd, planOf, TestJail, testEngine } from '../helpers/jail.ts';
import { etc, planIn } from '../helpers/jail-etc.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { perl } from '../helpers/sd-notify.ts';
import { smallRoot, vassalOf } from '../helpers/small-root.ts';
import { until } from '../helpers/until.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

const SOURCES = fileURLToPath(new URL('../../addon/jailer', import.meta.url));
const OPTIONS = `extern "C" const char* __asan_default_options() { return "exitcode=99:detect_leaks=0:abort_on_error=0"; }
extern "C" const char* __ubsan_default_options() { return "exitcode=99:halt_on_error=1:print_stacktrace=1"; }\n`;

let directory = '';
let jailerFd = -1;

function build(): void {
  directory = mkdtempSync(join(tmpdir(), 'tsjail-sanitized-'));
  const options = join(directory, 'options.cc');
  writeFileSync(options, OPTIONS);
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.cc'));
  const flags = [
    '-std=c++20',
    '-O1',
    '-g',
    '-DTSJAIL_HOSTED',
    '-fsanitize=address,undefined',
    '-fno-exceptions',
  ];
  const program = join(directory, 'jailer');
  execFileSync('g++', [...flags, '-o', program, options, ...sources.map((name) => join(SOURCES, name))], {
    stdio: 'inherit',
  });
  jailerFd = testEngine().native.openJailer(program);
}

async function run(
  changes: Partial<VassalConfig>,
  namespaces: readonly NamespaceName[] = [],
): Promise<JailEnd> {
  const config = vassalConfig({ directory: '/', namespaces: located(new Set(namespaces)), ...changes });
  return new TestJail({ ...testEngine(), jailerFd }, config, {}).end;
}

describeRoot('with sanitizers', () => {
  beforeAll(build, 120_000);
  afterAll(() => {
    if (jailerFd >= 0) testEngine().native.close(jailerFd);
    rmSync(directory, { recursive: true, force: true });
  });

  const FULL: NamespaceName[] = ['fs', 'net', 'ipc', 'uts', 'pid', 'cgroup', 'time'];

  test.each([
    ['a full jail', FULL],
    ['no jail', []],
  ] as const)('%s with every step', async (_name, namespaces) => {
    const end = await run(
      {
        command: located(['sh', '-c', '(setsid sleep 100 &); echo done; exit 4']),
        ...(namespaces.length > 0 ? { hostname: located('sane') } : {}),
        chdir: located('/usr'),
        user: located({ uid: 1000, gid: 1000, name: 'u', home: '/', shell: '/bin/sh' }),
        gid: located(1000),
        groups: [1000, 4, 24],
        prio: located(3),
        oomScoreAdj: located(200),
        limits: new Map([['core', located({ soft: 0, hard: Number.POSITIVE_INFINITY })]]),
      },
      namespaces,
    );
    expect(end.output).toBe('done\n');
    expect(end.command).toMatchObject({ code: 4 });
    expect(end.init?.code === 0 || end.init?.signal === 9).toBe(true);
  });

  test.each([
    ['a full jail', ['clone = fs,net,pid']],
    ['no jail', []],
  ])('%s with words of all kinds from its command', async (_name, lines) => {
    const words = [
      'for my $size (0..70, 399..402, 4094..4097, 9000) { say "STATUS=" . "\\xff" x $size }',
      'say "EXTEND_TIMEOUT_USEC=" . "9" x $_ for 0..30;',
      'say "\\n" x $_ for 0..20; say "\\0" x 9; say "WATCHDOG=1" for 1..300; say "READY=1\\nERRNO=2";',
    ].join(' ');
    const config = configOf(['ready = notify', ...lines, 'command = sh']);
    const command = located(['sh', '-c', `${perl('say "STATUS=from a child"')}; exec ${perl(words)}`]);
    const jail = new TestJail({ ...testEngine(), jailerFd }, { ...config, command }, {});
    const end = await jail.end;
    expect([end.said, end.output, end.command?.code]).toEqual([undefined, '', 0]);
    expect(end.init?.code === 0 || end.init?.signal === 9).toBe(true);
    expect(jail.notices.at(-1)).toMatchObject({ ready: true, errno: 2 });
  });

  test('in a user namespace, without an init', async () => {
    const map = [located({ inside: 0, outside: 100_000, count: 65_536 })];
    const changes = { command: located(['true']), uidMap: map, gidMap: map, init: located(false) };
    const end = await run(changes, ['user', ...FULL]);
    expect([end.said, end.output, end.command?.code]).toEqual([undefined, '', 0]);
  });

  test('in control groups, and in none that was closed', async () => {
    for (const { kind, above } of hierarchies()) {
      const path = groupPath(above);
      mkdirSync(path);
      const cgroup = { ...NO_CGROUP_SETTINGS, directories: [located(path)] };
      const end = await run({ command: located(['cat', '/proc/self/cgroup']), cgroup }, ['cgroup', 'pid']);
      expect([end.said, end.command?.code]).toEqual([undefined, 0]);
      if (kind === 'v1') expect(end.output).toMatch(/:pids:\/$/m);
    }
    const plan = planOf(vassalConfig());
    const steps = [step('join-cgroup', [60, '/x']), ...plan.steps];
    const jail = new TestJail({ ...testEngine(), jailerFd }, vassalConfig(), { plan: { ...plan, steps } });
    expect((await jail.end).said).toMatch(/^join-cgroup 60 \/x: EBADF/);
  });

  test.each([[['clone = fs,net,ipc,uts,pid']], [['clone = user,fs,net,pid,uts']]])(
    'hooks of every kind (%j)',
    async (clone) => {
      const top = '/media';
      const actions = [
        `mount:tmpfs none ${top} nosuid,nodev size=1m`,
        `mkdir:${top}/d`,
        `mount:tmpfs none ${top}/d private`,
        `mount:none ${top} ${top} bind,rec,ro`,
        `umount:${top} detach`,
        `writen:${top}/f text`,
        `appendn:${top}/f`,
        `chmod:${top}/f 600`,
        `sticky:${top}/d`,
        `chown:${top}/f nobody 3`,
        `exec:mkfifo ${top}/p`,
        `writefifo:${top}/p x`,
        'putenv:A=b',
        'safeexec:exit 3',
        `wait_for_file:${top}/f`,
        `wait_for_dir:${top}/d`,
        `wait_for_mountpoint:${top}`,
        'wait_for_interface:lo',
        'hostname:sane',
        `unlink:${top}/f`,
        `cd:${top}`,
        'cd:/',
        `umount:${top} rec`,
        'print:done',
      ];
      const lines = [
        ...clone,
        'command = sh -c "echo $A"',
        ...actions.map((each) => `hook-as-root = ${each}`),
        'exec-as-emperor = true',
        'hook-as-emperor-setns = net exec:true',
        'hook-as-user-atexit = exec:echo after',
      ];
      const end = await new TestJail({ ...testEngine(), jailerFd }, configOf(lines), {}).end;
      expect(end.said).toBeUndefined();
      expect(end.output).toBe('tsjail: as-root: it exited with code 3\ndone\nb\nafter\n');
      expect(end.init?.code === 0 || end.init?.signal === 9).toBe(true);
    },
  );

  test.each([
    ['hook-timeout = 50ms', 'hook-as-root = exec:sleep 1000'],
    ['hook-timeout = 50ms', 'hook-as-user = wait_for_socket:127.0.0.1:1'],
    ['hook-timeout = 50ms', `hook-as-root = wait_for_fs:/no/${'x'.repeat(5000)}`],
    ['clone = fs', 'hook-as-root = umount:/etc rec'],
  ])('hooks that fail: %s, %.40s', async (...lines) => {
    const config = configOf(['command = true', ...lines]);
    const end = await new TestJail({ ...testEngine(), jailerFd }, config, {}).end;
    expect(end.said).toMatch(/hook-/);
    expect(end.init?.code === 125 || end.init?.signal === 9).toBe(true);
  });

  test('users and groups of hostile files', async () => {
    const plan = (name: string) =>
      planIn(etc(HOSTILE), {
        command: located(['id', '-G']),
        namespaces: located(new Set<NamespaceName>(['fs'])),
        user: located({ inJail: name }),
        groups: { ofUser: true, primary: 0, added: [located('few'), located('7')] },
        privileges: { exactly: located('all'), dropped: located(CAPABILITIES.slice(0, 3)) },
      });
    const said = async (name: string) => {
      const end = await new TestJail({ ...testEngine(), jailerFd }, vassalConfig(), { plan: plan(name) }).end;
      return end.said ?? end.output;
    };
    expect(await said('last')).toBe('17 1 5 6 7 9 10\n');
    expect(await said('nobody-at-all')).toContain('no such user');
    expect(await said('4294967294')).toBe('4294967294 5 7\n');
  });

  test('a jail that hands its namespaces out, and one that waits for it and joins', async () => {
    const path = join(directory, 'ns.sock');
    const parts = { ...testEngine(), jailerFd };
    const start = (changes: Partial<VassalConfig>) =>
      new TestJail(parts, vassalConfig({ directory: '/', ...changes }), {});
    const client = start({
      command: located(['uname', '-n']),
      setns: { join: [located(path)], serve: undefined },
    });
    await until('it waits', () => client.waits.length > 0);
    const server = start({
      command: located(['sleep', '1000']),
      namespaces: located(new Set(FULL)),
      hostname: located('sane'),
      setns: { join: [], serve: located({ path, offered: SERVED }) },
    });
    expect(await client.end).toMatchObject({ said: undefined, output: 'sane\n', command: { code: 0 } });
    server.process.signal(15);
    expect(await server.end).toMatchObject({ output: '', command: { signal: 15 }, init: { code: 0 } });
  });

  test('namespaces that are none', async () => {
    const end = await run({ setns: { join: [located('/tmp')], serve: undefined } });
    expect(end.said).toMatch(/EINVAL, .*neither a socket/);
    const serve = located({ path: '/no/such/ns.sock', offered: SERVED });
    expect((await run({ setns: { join: [], serve } })).said).toMatch(/ENOENT, .*directory is not there/);
  });

  test.each([
    ['as root', []],
    ['in a user namespace', ['clone = user']],
  ])('with a root file system of many parts, %s', async (_name, more) => {
    const { path, lines } = smallRoot();
    mkdirSync(join(path, 'dev'));
    const parts = [
      'dev = minimal',
      'tmpfs = /tmp size=1m',
      `overlay = ${path}/etc:/etc`,
      'bind = /etc/hostname:/run/x',
    ];
    if (more.length > 0) parts.pop();
    const masks = ['mask = /etc/secret', 'mask = /usr/share', 'mask = /none', 'read-only'];
    const all = [...more, `namespace = ${path}:sane`, ...lines, ...parts, ...masks];
    const end = await run(vassalOf(all, 'cat /etc/secret; ls /usr/share; hostname'));
    expect([end.said, end.output]).toEqual([undefined, 'sane\n']);
    const { said } = await run({ ...vassalOf(all, ''), command: located(['/no/such']) });
    expect(said).toMatch(/ENOENT/);
    for (const bad of [
      'bind = /no/such',
      'tmpfs = /etc/secret/x',
      'tmpfs = /tmp gid=much',
      'overlay = /no:/tmp',
    ]) {
      expect((await run(vassalOf([`namespace = ${path}`, bad], ''))).said).toMatch(/E[A-Z]+, /);
    }
  });

  test.each([
    ['no such command', { command: located(['/no/such/command']) }],
    ['no such command in PATH', { command: located(['no-such-command']) }],
    ['a directory', { command: located(['/']) }],
    ['no such directory', { chdir: located('/no/such') }],
    ['a long path', { chdir: located(`/${'x'.repeat(5000)}`) }],
  ])('failure: %s', async (_name, changes) => {
    const end = await run(changes, FULL);
    expect(end.said).toMatch(/E[A-Z]+, /);
    expect(end.output).toBe('');
    expect(end.init).toMatchObject({ code: 125 });
  });
});
