// Namespaces over a socket: with a real uWSGI on either side, between vassals, and without root.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { type EmperorOptions, emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const FULL = 'fs,net,ipc,uts,pid';
const KINDS = ['mnt', 'net', 'ipc', 'uts', 'pid'];
const USER = 65_534;

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const namespacesOf = (pid: number | string, kinds = KINDS) =>
  kinds.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));

/** As uWSGI's document has it, on all vassals. */
function cloning(options: EmperorOptions): Promise<TestEmperor> {
  return emperor({ ...options, args: [`--emperor-use-clone=${FULL}`] });
}

/** A program that says things; it is killed with the test. */
function program(command: string, ...args: string[]): { child: ChildProcess; output: () => string } {
  let output = '';
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = new Promise((resolve) => child.on('exit', resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await end;
  });
  return { child, output: () => output };
}

describeWith('uwsgi', 'with a real uWSGI', () => {
  test('it joins a vassal of ours', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const daemon = await cloning({
      files: { 'a.ini': vassal('command = sleep 1000', 'hostname = ours', `setns-socket = ${socket}`) },
    });
    const { pid } = await daemon.running('a');
    const links = KINDS.map((kind) => `/proc/self/ns/${kind}`).join(' ');
    const uwsgi = program(
      'uwsgi',
      ...['--setns', socket, '--refork'],
      ...['--exec-as-user', `readlink ${links}`, '--exec-as-user', 'uname -n', '--exec-as-user', 'echo over'],
    );
    await until('uWSGI has looked around', () => /^over$/m.test(uwsgi.output()));
    const said = uwsgi.output().split('\n');
    for (const each of namespacesOf(pid ?? 0)) expect(said).toContain(each);
    expect(said).toContain('ours');
  });

  test('a vassal of ours joins it', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const daemon = await emperor({
      files: { 'b.ini': vassal('command = sh -c "uname -n; exec sleep 1000"', `setns = ${socket}`) },
    });
    await daemon.until('b', (view) => view?.waitingFor === socket);
    const script = `hostname theirs; exec uwsgi --master --setns-socket ${socket}`;
    const { child } = program('unshare', '-m', '-n', '-i', '-u', 'sh', '-c', script);
    const { pid } = await daemon.running('b');
    expect(namespacesOf(pid ?? 0)).toEqual(namespacesOf(child.pid ?? 0));
    expect(namespacesOf(pid ?? 0, ['net'])).not.toEqual(namespacesOf('self', ['net']));
    await until('it has said its name', async () => (await daemon.logs('b')).includes('theirs'));
  });

  test('a vassal of ours joins one in a pid namespace, and leaves with its own end', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const script = `exec uwsgi --master --setns-socket ${socket}`;
    const outer = program('unshare', '-m', '-p', '-f', '--kill-child', '--mount-proc', 'sh', '-c', script);
    const daemon = await emperor({ files: { 'b.ini': vassal('command = sleep 1000', `setns = ${socket}`) } });
    const { pid } = await daemon.running('b');
    const inner = execFileSync('ps', ['-o', 'pid=', '--ppid', String(outer.child.pid)])
      .toString()
      .trim();
    expect(namespacesOf(pid ?? 0, ['pid', 'mnt'])).toEqual(namespacesOf(inner, ['pid', 'mnt']));
    expect(await daemon.act('stop', 'b')).toMatchObject({ status: 200 });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(`/proc/${inner}`)).toBe(true);
  });
});

describeRoot('between vassals', () => {
  test('more of them wait than may be in set-up at once, and are shown to; then the server comes', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const names = Array.from({ length: 20 }, (_, i) => `client${i}`);
    const text = vassal('command = sleep 1000', `setns = ${socket}`);
    const daemon = await emperor({ files: Object.fromEntries(names.map((name) => [`${name}.ini`, text])) });
    for (const name of names) await daemon.until(name, (view) => view?.waitingFor === socket);
    const { stdout } = await tsjail(['ls', '--control', daemon.control]);
    expect(stdout.match(new RegExp(`starting .*waiting for ${socket}`, 'g'))).toHaveLength(20);
    daemon.put('server.ini', vassal('command = sleep 1000', `clone = ${FULL}`, `setns-socket = ${socket}`));
    const server = await daemon.running('server');
    for (const name of names) {
      const { pid, waitingFor } = await daemon.running(name);
      expect([waitingFor, namespacesOf(pid ?? 0)]).toEqual([null, namespacesOf(server.pid ?? 0)]);
    }
  });

  test('start-timeout ends the wait, with the reason', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const lines = ['command = true', `setns = ${socket}`, 'start-timeout = 1s', 'restart = never'];
    const daemon = await emperor({ files: { 'b.ini': vassal(...lines) } });
    const { lastExit } = await daemon.until('b', (view) => view?.state === 'exited');
    expect(lastExit).toMatchObject({
      reason: 'timeout-start',
      message: `not started within start-timeout, waiting for ${socket}: killed`,
    });
  });

  test('clients end with the pid namespace that they joined, and join the next one', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const daemon = await emperor({
      files: {
        'a.ini': vassal('command = sleep 1000', `clone = ${FULL}`, `setns-socket = ${socket}`),
        'b.ini': vassal('command = sleep 1000', `setns = ${socket}`),
      },
    });
    const before = await daemon.running('b');
    await daemon.act('restart', 'a');
    const server = await daemon.running('a');
    const after = await daemon.until('b', (view) => view?.state === 'running' && view.pid !== before.pid);
    expect(namespacesOf(after.pid ?? 0)).toEqual(namespacesOf(server.pid ?? 0));
  });

  test('the socket of a server that is killed goes too, and comes again', async () => {
    const socket = join(tempDirectory(), 'ns.socket');
    const lines = [`clone = ${FULL}`, `setns-socket = ${socket}`, 'uid = nobody', 'restart = never'];
    const daemon = await emperor({ files: { 'a.ini': vassal('command = sleep 1000', ...lines) } });
    const { jailerPid } = await daemon.running('a');
    expect(existsSync(socket)).toBe(true);
    process.kill(jailerPid ?? 0, 'SIGKILL');
    await daemon.until('a', (view) => view?.state === 'exited');
    expect(existsSync(socket)).toBe(false);
    await daemon.act('start', 'a');
    expect(existsSync(socket)).toBe(true);
  });
});

describeRoot('an ordinary user', () => {
  test('serves and joins: who has no rights of his own gets them from the user namespace of what he joins', async () => {
    const daemon = await emperor({ uid: USER });
    const socket = join(daemon.root, 'ns.socket');
    daemon.put('b.ini', vassal('command = sh -c "uname -n; id -u; exec sleep 1000"', `setns = ${socket}`));
    await daemon.until('b', (view) => view?.waitingFor === socket);
    const lines = [`clone = ${FULL}`, 'hostname = served', `setns-socket = ${socket}`];
    daemon.put('a.ini', vassal('command = sleep 1000', ...lines));
    const [server, client] = [await daemon.running('a'), await daemon.running('b')];
    const kinds = [...KINDS, 'user'];
    expect(namespacesOf(client.pid ?? 0, kinds)).toEqual(namespacesOf(server.pid ?? 0, kinds));
    await until('it has spoken', async () => (await daemon.logs('b')).length >= 2);
    expect(await daemon.logs('b')).toEqual(expect.arrayContaining(['served', '0']));
    expect(readFileSync(`/proc/${client.pid}/status`, 'utf8')).toMatch(
      new RegExp(`^Uid:\\s+${USER}\\s`, 'm'),
    );
    await daemon.act('stop', 'b');
    expect(existsSync(`/proc/${client.pid}`)).toBe(false);
    process.kill(server.jailerPid ?? 0, 'SIGKILL');
    await daemon.until('a', (view) => view !== undefined && view.generation > 1 && view.state === 'running');
    expect(existsSync(socket)).toBe(true);
  });
});
