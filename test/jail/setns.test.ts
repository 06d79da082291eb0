// Namespaces that a jail hands out, and a jail that joins those of others.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import { SERVED } from '../../src/config/setns/values.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { step } from '../../src/plan/step.ts';
import { planOf, runJail, startJail, type TestJail } from '../helpers/jail.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

/** Not the one of a version manager in root's home. */
const PYTHON = '/usr/bin/python3';
const FULL: NamespaceName[] = ['fs', 'net', 'ipc', 'uts', 'pid'];
const PROC: Readonly<Record<string, string>> = { fs: 'mnt' };
const MAP = [located({ inside: 0, outside: 100_000, count: 65_536 })];
const NOBODY = { uid: 65_534, gid: 65_534, name: undefined, home: undefined, shell: undefined };

const spaces = (...names: NamespaceName[]) => located(new Set(names));
const shell = (script: string) => located(['sh', '-c', script]);
const links = (names: readonly string[], pid: number | string = 'self') =>
  names.map((name) => `/proc/${pid}/ns/${PROC[name] ?? name}`);

function serving(path: string, offered: readonly string[] = SERVED): Pick<VassalConfig, 'setns'> {
  return { setns: { join: [], serve: located({ path, offered }) } };
}

function joining(...paths: string[]): Pick<VassalConfig, 'setns'> {
  return { setns: { join: paths.map((path) => located(path)), serve: undefined } };
}

/** A jail that serves, up and killed with the test. */
async function server(path: string, changes: Partial<VassalConfig> = {}): Promise<TestJail> {
  const jail = startJail({
    command: shell('echo up; exec sleep 1000'),
    namespaces: spaces(...FULL),
    hostname: located('served'),
    ...serving(path),
    ...changes,
  });
  onTestFinished(() => stop(jail));
  await jail.said(/up/);
  await jail.started;
  return jail;
}

async function stop(jail: TestJail): Promise<void> {
  jail.process.kill();
  await jail.end;
}

describeRoot('joining a jail', () => {
  test('all of its namespaces', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const served = await server(path, { namespaces: spaces(...FULL, 'cgroup', 'time') });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const names = [...FULL, 'cgroup', 'time'];
    const end = await runJail({
      command: shell(`readlink ${links(names).join(' ')}; uname -n; cat /proc/1/comm`),
      ...joining(path),
    });
    expect(end.said).toBeUndefined();
    const lines = end.output.trim().split('\n');
    expect(lines).toEqual([
      ...links(names, served.commandPid).map((link) => readlinkSync(link)),
      'served',
      'tsjail-init',
    ]);
  });

  test('the command is in the joined pid namespace, its guard tells the Emperor, its end is told', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const served = await server(path);
    const jail = startJail({ command: shell('echo up; sleep 1000; exit 7'), ...joining(path) });
    await jail.said(/up/);
    await jail.started;
    expect(readlinkSync(`/proc/${jail.commandPid}/ns/pid`)).toBe(
      readlinkSync(`/proc/${served.commandPid}/ns/pid`),
    );
    jail.process.signal(15);
    expect((await jail.end).command).toMatchObject({ signal: 15 });
  });

  test('whoever the command left in the joined pid namespace ends with the jail; the server’s own live on', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const served = await server(path);
    const script = '(setsid sleep 1234 &); (setsid sleep 1234 &); echo up; exec sleep 1235';
    const jail = startJail({ command: shell(script), ...joining(path) });
    await jail.said(/up/);
    await jail.started;
    await stop(jail);
    expect(inNamespaceOf(served, 'sleep 123')).toEqual([]);
    expect(pidsOf(String(served.commandPid))).not.toBe('');
  });

  test('nor is anybody left without a cgroup, and where /proc is the host’s', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const served = await server(path, serving(path, ['pid', 'pid_for_children']));
    const script = '(setsid sh -c "sleep 1234 & sleep 1234" &); echo up; exec sleep 1235';
    const jail = startJail({ command: shell(script), ...joining(path) }, { cgroup: false });
    await jail.said(/up/);
    await jail.started;
    await until('all are there', () => inNamespaceOf(served, 'sleep 1234').length === 2);
    await stop(jail);
    expect(inNamespaceOf(served, 'sleep 123')).toEqual([]);
    expect(pidsOf(String(served.commandPid))).not.toBe('');
  });

  test('as an ordinary user, from an init that stays root', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await server(path);
    const user = { user: located(NOBODY), gid: located(65_534), groups: [] };
    const end = await runJail({ command: shell('id -u; uname -n'), ...user, ...joining(path) });
    expect([end.said, end.output]).toEqual([undefined, '65534\nserved\n']);
  });

  test('a command that is pid 1 of its own can join all but pids', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await server(path, serving(path, ['uts', 'net']));
    const end = await runJail({
      command: shell('echo $$; uname -n'),
      namespaces: spaces('fs', 'pid'),
      init: located(false),
      ...joining(path),
    });
    expect([end.said, end.output]).toEqual([undefined, '1\nserved\n']);
  });

  test.each(['net', 'uts', 'ipc', 'mnt', 'pid', 'cgroup'])('%s alone, the others skipped', async (name) => {
    const path = join(tempDirectory(), 'ns.sock');
    const offered = name === 'pid' ? ['pid', 'pid_for_children'] : [name];
    const served = await server(path, { namespaces: spaces(...FULL, 'cgroup'), ...serving(path, offered) });
    const all = ['net', 'uts', 'ipc', 'mnt', 'cgroup'];
    const jail = startJail({ command: shell('echo up; exec sleep 1000'), ...joining(path) });
    await jail.said(/up/);
    await jail.started;
    const theirs = (each: string) => readlinkSync(links([each], served.commandPid)[0] ?? '');
    const joined = (each: string) => readlinkSync(links([each], jail.commandPid)[0] ?? '') === theirs(each);
    expect([...all, 'pid'].filter(joined)).toEqual([name]);
    await stop(jail);
    expect(pidsOf(String(served.commandPid))).not.toBe('');
  });

  test('a vassal with a pid namespace of its own cannot join another', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await server(path);
    const end = await runJail({ namespaces: spaces('fs', 'pid'), ...joining(path) });
    expect(end.said).toMatch(/setns .*EINVAL.*joining the pid namespace of .*see clone/);
  });

  test('a namespace that ip-netns made, by its file', async () => {
    const path = join(tempDirectory(), 'net');
    writeFileSync(path, '');
    const served = await server(join(tempDirectory(), 'ns.sock'));
    const jail = startJail({ command: shell('readlink /proc/self/ns/net'), ...joining(path) });
    await until('it waits', () => jail.waits.length > 0);
    expect(jail.waits).toEqual([path]);
    execFileSync('mount', ['--bind', `/proc/${served.commandPid}/ns/net`, path]);
    onTestFinished(() => void execFileSync('umount', [path]));
    expect((await jail.end).output.trim()).toBe(readlinkSync(`/proc/${served.commandPid}/ns/net`));
  });

  test('namespaces of processes, line by line', async () => {
    const served = await server(join(tempDirectory(), 'ns.sock'));
    const files = links(['uts', 'pid', 'fs'], served.commandPid);
    const end = await runJail({ command: shell('uname -n; cat /proc/1/comm'), ...joining(...files) });
    expect([end.said, end.output]).toEqual([undefined, 'served\ntsjail-init\n']);
  });

  test('one of a user namespace of its own: root there', async () => {
    const user = { namespaces: spaces('user', ...FULL), uidMap: MAP, gidMap: MAP };
    const served = await server('/tmp/never', { ...user, setns: { join: [], serve: undefined } });
    const end = await runJail({
      command: shell('id -u; cat /proc/self/uid_map; uname -n'),
      ...joining(...links(['user', 'uts'], served.commandPid)),
    });
    expect([end.said, end.output]).toEqual([
      undefined,
      expect.stringMatching(/^0\n +0 +100000 +65536\nserved\n$/),
    ]);
  });
});

describeRoot('a server that is not there yet', () => {
  test.each([
    ['nor its directory', 'later/ns.sock', true],
    ['its directory is', 'ns.sock', false],
  ] as const)('%s', async (_what, name, makes) => {
    const directory = tempDirectory();
    const path = join(directory, name);
    const client = startJail({ command: located(['uname', '-n']), ...joining(path) });
    await until('it waits', () => client.waits.length > 0);
    if (makes) execFileSync('mkdir', [join(directory, 'later')]);
    await server(path);
    expect((await client.end).output).toBe('served\n');
    expect(client.waits).toEqual([path, null]);
  });

  test('only its file is there', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await stale(path);
    const client = startJail({ command: located(['uname', '-n']), ...joining(path) });
    await until('it waits', () => client.waits.length > 0);
    await server(path);
    expect((await client.end).output).toBe('served\n');
  });

  test('the wait ends with the jail, and leaves nothing', async () => {
    const client = startJail({ ...joining(join(tempDirectory(), 'ns.sock')) });
    await until('it waits', () => client.waits.length > 0);
    client.process.kill();
    const end = await client.end;
    expect([end.command, end.failure]).toEqual([null, undefined]);
  });
});

describeRoot('a server that is none', () => {
  const said = async (path: string) => (await runJail({ ...joining(path) })).said;

  test.each([
    ['something else', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'no list of namespaces'],
    ['the right code without descriptors', code(0), 'no namespaces to give'],
    ['more than came', code(3), 'another number'],
  ])('says %s', async (_what, bytes, fault) => {
    const path = join(tempDirectory(), 'ns.sock');
    await listening(path, (socket) => socket.end(bytes));
    expect(await said(path)).toMatch(new RegExp(`EPROTO.*${fault}`));
  });

  test('hands out what is no namespace', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const script = `import socket,struct,os
s=socket.socket(socket.AF_UNIX); s.bind('${path}'); s.listen(1); print('up',flush=True)
c,_=s.accept(); socket.send_fds(c,[b'uwsgi-setns'+struct.pack('i',2)],[os.open('/proc/self/ns/net',0),0])`;
    const fake = startJail({ command: located([PYTHON, '-c', script]) });
    await fake.said(/up/);
    expect(await said(path)).toMatch(/EPROTO.*descriptor 2 of 2, which is no namespace/);
    await fake.end;
  });

  test('runs as somebody else', async () => {
    const directory = tempDirectory();
    execFileSync('chown', ['65534', directory]);
    const path = join(directory, 'ns.sock');
    const script = `import socket,time
s=socket.socket(socket.AF_UNIX); s.bind('${path}'); s.listen(1); print('up',flush=True); time.sleep(1000)`;
    const fake = startJail({
      command: located([PYTHON, '-c', script]),
      user: located(NOBODY),
      gid: located(65_534),
      groups: [],
    });
    onTestFinished(() => stop(fake));
    await fake.said(/up/);
    expect(await said(path)).toMatch(/EACCES.*runs as uid 65534, which is neither root nor our own/);
  });

  test('is a file or a directory', async () => {
    const path = join(tempDirectory(), 'file');
    writeFileSync(path, 'x');
    expect(await said(path)).toMatch(/EINVAL.*neither a socket nor the file of a namespace/);
    expect(await said('/tmp')).toMatch(/EINVAL.*neither a socket nor the file of a namespace/);
    expect(await said('/proc/999999999/ns/net')).toMatch(/ENOENT.*the process is gone/);
  });
});

describeRoot('the server', () => {
  test('replaces a socket that nobody serves on, and nothing else', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await stale(path);
    await stop(await server(path));
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, '');
    expect((await runJail(serving(path))).said).toMatch(/EEXIST.*no socket/);
    expect(existsSync(path)).toBe(true);
    const other = join(tempDirectory(), 'other.sock');
    await listening(other, () => {});
    expect((await runJail(serving(other))).said).toMatch(/EADDRINUSE.*somebody else/);
    expect(existsSync(other)).toBe(true);
    const nowhere = join(tempDirectory(), 'no', 'ns.sock');
    expect((await runJail(serving(nowhere))).said).toMatch(/ENOENT.*directory is not there/);
  });

  test.each([
    ['the command ends', { command: located(['true']), namespaces: spaces('fs', 'pid') }],
    ['the command cannot be run', { command: located(['/no/such']), namespaces: spaces('fs', 'pid') }],
    [
      'the init is an ordinary user',
      {
        command: located(['true']),
        namespaces: spaces('fs', 'pid'),
        user: located(NOBODY),
        gid: located(65_534),
        groups: [],
      },
    ],
    ['without a pid namespace', { command: located(['true']) }],
  ] as const)('its socket goes with it: %s', async (_what, changes) => {
    const path = join(tempDirectory(), 'ns.sock');
    await runJail({ ...serving(path), ...changes });
    expect(existsSync(path)).toBe(false);
  });

  test('serves from an init that has dropped its rights', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await server(path, { user: located(NOBODY), gid: located(65_534), groups: [] });
    expect((await runJail({ command: located(['uname', '-n']), ...joining(path) })).output).toBe('served\n');
  });

  test('serves from a user namespace to root of the host, who takes nothing from such a one', async () => {
    const directory = tempDirectory();
    execFileSync('chmod', ['1777', directory]);
    const path = join(directory, 'ns.sock');
    await server(path, { namespaces: spaces('user', ...FULL), uidMap: MAP, gidMap: MAP });
    expect(answerTo(0, path)).toBe(15);
    expect((await runJail({ ...joining(path) })).said).toMatch(
      /EACCES.*runs as uid 100000, which is neither/,
    );
  });

  test('takes them from a detached /proc where the jail has none', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const config = vassalConfig({
      directory: '/',
      command: shell('echo up; exec sleep 1000'),
      namespaces: spaces(...FULL),
      hostname: located('served'),
      ...serving(path),
    });
    const plan = planOf(config);
    const hide = step('mount', ['none', '/proc', 'tmpfs', 0, '']);
    const at = plan.steps.findIndex(({ name }) => name === 'setns-socket');
    const steps = [...plan.steps.slice(0, at), hide, ...plan.steps.slice(at)];
    const jail = startJail({}, { plan: { ...plan, steps } });
    onTestFinished(() => stop(jail));
    await jail.said(/up/);
    const end = await runJail({ command: located(['uname', '-n']), ...joining(path) });
    expect([end.said, end.output]).toEqual([undefined, 'served\n']);
  });

  test('is well after clients that never read, that leave at once, and a thousand of them', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const served = await server(path);
    const fds = () => execFileSync('ls', [`/proc/${served.jailerPid}/fd`]).toString();
    const before = fds();
    const silent = await Promise.all(Array.from({ length: 50 }, () => connected(path)));
    for (let round = 0; round < 10; round++) {
      const batch = await Promise.all(Array.from({ length: 100 }, () => connected(path)));
      for (const each of batch) each.destroy();
    }
    const end = await runJail({ command: located(['uname', '-n']), ...joining(path) });
    expect(end.output).toBe('served\n');
    for (const each of silent) each.destroy();
    expect(fds()).toBe(before);
    served.process.signal(15);
    expect((await served.end).command).toMatchObject({ signal: 15 });
  });

  test('answers nobody but root', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    await server(path);
    execFileSync('chmod', ['666', path]);
    execFileSync('chmod', ['755', join(path, '..')]);
    expect(answerTo(0, path)).toBe(15);
    expect(answerTo(1000, path)).toBe(0);
  });
});

/** How many bytes somebody gets who asks. */
function answerTo(uid: number, path: string): number {
  const ask = `import socket;s=socket.socket(socket.AF_UNIX);s.connect('${path}');print(len(s.recv(100)))`;
  const words = [`--reuid=${uid}`, '--clear-groups', PYTHON, '-c', ask];
  return Number(execFileSync('setpriv', words).toString());
}

/** Command lines of those in the pid namespace of `jail` that begin so. */
function inNamespaceOf(jail: TestJail, command: string): string[] {
  const own = readlinkSync(`/proc/${jail.commandPid}/ns/pid`);
  const list = execFileSync('ps', ['-eo', 'pid=,args=']).toString().trim().split('\n');
  return list
    .map((line) => /^ *(\d+) (.*)$/.exec(line) ?? [])
    .filter(([, pid = '', args]) => args?.startsWith(command) && pidsOf(pid) === own)
    .map(([, , args = '']) => args);
}

function pidsOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return '';
  }
}

/** A socket's file that nobody listens on. */
async function stale(path: string): Promise<void> {
  execFileSync(PYTHON, ['-c', `import socket;socket.socket(socket.AF_UNIX).bind('${path}')`]);
}

function code(count: number): Buffer {
  const bytes = Buffer.alloc(15);
  bytes.write('uwsgi-setns');
  bytes.writeInt32LE(count, 11);
  return bytes;
}

async function listening(path: string, heard: (socket: Socket) => void): Promise<Server> {
  const fake = createServer((socket) => {
    socket.on('error', () => {});
    heard(socket);
  });
  await new Promise<void>((resolve) => fake.listen(path, resolve));
  onTestFinished(() => void fake.close());
  return fake;
}

function connected(path: string) {
  return new Promise<Socket>((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true }, () => resolve(socket));
    socket.pause();
    socket.on('error', reject);
  });
}

describeWith('ip', 'a net namespace that is joined', () => {
  test('what the vassal would have new by itself is left alone: lo of the joined net, mounts', async () => {
    const path = join(tempDirectory(), 'ns.sock');
    const served = await server(path, serving(path, ['net', 'mnt']));
    execFileSync('nsenter', ['-t', String(served.commandPid), '-n', 'ip', 'link', 'set', 'lo', 'down']);
    const mounts = () => readFileSync(`/proc/${served.commandPid}/mountinfo`, 'utf8');
    const before = mounts();
    const end = await runJail({
      command: shell('cat /sys/class/net/lo/flags'),
      namespaces: spaces('fs', 'net', 'pid'),
      ...joining(path),
    });
    expect([end.said, mounts()]).toEqual([undefined, before]);
    const flags = execFileSync('nsenter', [
      '-t',
      String(served.commandPid),
      '-n',
      'ip',
      '-o',
      'link',
      'show',
      'lo',
    ]);
    expect(flags.toString()).not.toMatch(/[<,]UP/);
  });
});
