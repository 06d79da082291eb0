// The command line and the control socket against a real daemon.
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CliCall, type CliOptions, tsjail } from '../helpers/cli.ts';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = vassal('command = sleep 1000', 'clone = fs,pid');

const cli = (daemon: TestEmperor, args: readonly string[], options?: CliOptions) =>
  tsjail([...args, '--control', daemon.control], options);

test('ls --json has every field that was promised', async () => {
  const daemon = await emperor({ files: { 'a.ini': SLEEP } });
  await daemon.running('a');
  const { code, stdout, stderr } = await cli(daemon, ['ls', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const [view] = JSON.parse(stdout);
  const promised =
    'name source state pid jailerPid uid gid ready loyal generation restarts since lastExit waitingFor nextStart error namespaces sockets cgroup memoryBytes cpuUsec pids startUsec attributes statusText after enabled';
  expect(Object.keys(view).sort()).toEqual(promised.split(' ').sort());
  expect(Object.keys(view.namespaces).sort()).toEqual([
    'cgroup',
    'ipc',
    'mnt',
    'net',
    'pid',
    'time',
    'user',
    'uts',
  ]);
  expect(view).toMatchObject({
    name: 'a',
    state: 'running',
    source: daemon.path('a.ini'),
    restarts: 0,
    ready: true,
  });
  expect(isAlive(view.pid)).toBe(true);
  expect(view.startUsec).toBeGreaterThan(0);
});

test('start, stop, restart, reload and their exit codes', async () => {
  const daemon = await emperor({ files: { 'a.ini': SLEEP, 'b.ini': SLEEP } });
  const { pid } = await daemon.running('a');
  expect(await cli(daemon, ['start', 'a'])).toMatchObject({ code: 0 });
  expect((await daemon.view('a'))?.pid).toBe(pid);
  expect(await cli(daemon, ['stop', 'a', 'b'])).toMatchObject({ code: 0 });
  expect((await daemon.ls()).map((view) => view.state)).toEqual(['stopped', 'stopped']);
  expect(isAlive(pid ?? 0)).toBe(false);
  expect(await cli(daemon, ['stop', 'a'])).toMatchObject({ code: 0 });
  expect(await cli(daemon, ['status', 'a'])).toMatchObject({ code: 3 });
  expect(await cli(daemon, ['reload', 'a'])).toMatchObject({ code: 3 });
  expect(await cli(daemon, ['restart', 'a'])).toMatchObject({ code: 0 });
  expect(await cli(daemon, ['reload', 'a'])).toMatchObject({ code: 0 });
  expect(await daemon.view('a')).toMatchObject({ state: 'running', generation: 3 });
  expect(await cli(daemon, ['start', 'nobody'])).toMatchObject({ code: 4 });
  expect(await cli(daemon, ['start', 'a', 'nobody', 'b'])).toMatchObject({ code: 4 });
  expect(await daemon.view('b')).toMatchObject({ state: 'running' });
});

test('a start that fails says why', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal('command = /no/such', 'restart-delay = 60') } });
  await daemon.until('a', (view) => view?.state === 'backoff');
  const { code, stderr, stdout } = await cli(daemon, ['start', 'a']);
  expect(code).toBe(1);
  expect(stderr + stdout).toContain('exec /no/such: ENOENT');
  daemon.put('b.ini', vassal('comand = true'));
  await daemon.until('b', (view) => view?.state === 'invalid');
  const invalid = await cli(daemon, ['start', 'b']);
  expect(invalid.code).toBe(1);
  expect(invalid.stderr + invalid.stdout).toContain('b.ini:2:1: unknown key `comand`');
});

test('logs, also while they come, until the vassal is gone', async () => {
  const say = vassal('command = sh -c "echo one; echo two; exec sleep 1000"');
  const daemon = await emperor({ files: { 'a.ini': say } });
  await daemon.said(/a \| two/);
  const { code, stdout } = await cli(daemon, ['logs', '-n', '1', 'a']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/two\n$/);
  expect(stdout).not.toContain('one');
  const following = new CliCall(['logs', '-f', 'a', '--control', daemon.control]);
  onTestFinished(() => void following.child.kill());
  await following.said(/two/);
  daemon.put('a.ini', `${say}env = A=B\n`);
  await following.said(/one[\s\S]*two[\s\S]*one[\s\S]*two/);
  daemon.remove('a.ini');
  expect(await following.end).toMatchObject({ code: 0 });
  expect(await cli(daemon, ['logs', 'a'])).toMatchObject({ code: 4 });
});

test('events', async () => {
  const daemon = await emperor();
  const following = new CliCall(['events', '--json', '--control', daemon.control]);
  onTestFinished(() => void following.child.kill());
  // Nothing tells when the stream is open: something happens until it is heard.
  for (let n = 0; following.stdout === ''; n++) {
    daemon.put(`v${n}.ini`, SLEEP);
    await daemon.running(`v${n}`);
  }
  const [first] = following.stdout.split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({ vassal: expect.any(String), event: expect.any(String) });
});

test('no daemon: 7; another daemon on the same socket: refused', async () => {
  const nowhere = join(tempDirectory(), 'control.sock');
  const result = await tsjail(['ls', '--control', nowhere]);
  expect(result.code).toBe(7);
  expect(result.stderr).toContain(`no tsjail listens on ${nowhere}`);
  const daemon = await emperor({ files: { 'a.ini': SLEEP } });
  const before = await daemon.running('a');
  const second = await tsjail(['emperor', daemon.vassals, '--control', daemon.control]);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(new RegExp(`another tsjail holds ${daemon.control} \\(pid ${daemon.pid}\\)`));
  expect(await daemon.view('a')).toMatchObject({ pid: before.pid });
});

test('a socket that a dead daemon left is taken over', async () => {
  const daemon = await emperor();
  await daemon.stop('SIGKILL');
  expect(statSync(daemon.control).isSocket()).toBe(true);
  const next = await emperor({ args: ['--control', daemon.control] });
  await next.said(/governing/);
});

test('metrics', async () => {
  const daemon = await emperor({ files: { 'a.ini': SLEEP } });
  await daemon.running('a');
  const text = await new Promise<string>((resolve) => {
    request({ socketPath: daemon.control, path: '/metrics' }, (answer) => {
      let all = '';
      answer.on('data', (chunk) => {
        all += chunk;
      });
      answer.on('end', () => resolve(all));
    }).end();
  });
  expect(text).toContain('tsjail_vassal_up{vassal="a"} 1');
});

test('check and plan need no daemon', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'good.ini'), SLEEP);
  expect(await tsjail(['check', directory])).toMatchObject({ code: 0 });
  const plan = await tsjail(['plan', join(directory, 'good.ini')]);
  // Without root a user namespace is added.
  expect(plan.stdout).toMatch(/^clone fs,pid(,user)?\n/);
  expect(plan.stdout).toMatch(/put-mount proc \/proc nosuid,nodev,noexec '' +# .*good\.ini:3/);
  writeFileSync(join(directory, 'bad.ini'), vassal('command = true', '\tumsk = 1'));
  const bad = await tsjail(['check', directory]);
  expect(bad.code).toBe(1);
  expect(bad.stdout + bad.stderr).toMatch(
    /bad\.ini:3:2: error: unknown key `umsk`; did you mean `umask`\?\n *3 \| +umsk = 1\n.*\^\^\^\^/,
  );
});

describeRoot('peers', () => {
  test('another user may not even connect', async () => {
    const daemon = await emperor({ files: { 'a.ini': SLEEP } });
    chmodSync(daemon.root, 0o755);
    expect(statSync(daemon.control).mode & 0o777).toBe(0o600);
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    expect(await cli(daemon, ['ls'], { wrapper: nobody })).toMatchObject({ code: 5 });
    chmodSync(daemon.control, 0o666);
    const result = await cli(daemon, ['stop', 'a'], { wrapper: nobody });
    expect(result.code).toBe(5);
    expect(await daemon.view('a')).toMatchObject({ state: 'running' });
  });
});
