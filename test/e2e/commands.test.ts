// `emperor-command-socket` of a real daemon: datagrams of uWSGI's, from whom the kernel says that they are.
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, startEmperor } from '../helpers/emperor.ts';
import { packet } from '../helpers/imperial.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const SLEEP = '[vassal]\ncommand = sleep 1000\n';
const SENDER = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(bytes.fromhex(sys.argv[2]), sys.argv[1].replace("@", "\\0"))`;

function send(path: string, data: Buffer, uid?: number) {
  const ids = uid === undefined ? {} : { uid, gid: uid };
  const { status, stderr } = spawnSync('python3', ['-c', SENDER, path, data.toString('hex')], {
    encoding: 'utf8',
    ...ids,
  });
  expect([status, stderr]).toEqual([0, '']);
}

/** What a daemon says that cannot have the socket. */
async function refused(path: string): Promise<string> {
  const daemon = startEmperor({ args: [`--emperor-command-socket=${path}`] });
  expect(await daemon.exit).toMatchObject({ code: 1 });
  return daemon.output;
}

test('stop, spawn, respawn, log', async () => {
  const path = join(tempDirectory(), 'cmd.sock');
  const daemon = await emperor({ files: { 'web.ini': SLEEP }, args: [`--emperor-command-socket=${path}`] });
  const first = await daemon.running('web');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  send(path, packet('cmd', 'stop', 'vassal', 'web.ini'));
  await daemon.until('web', (view) => view?.state === 'stopped');
  send(path, packet('command', 'spawn', 'vassal', 'web.ini'));
  const second = await daemon.running('web');
  expect(second.pid).not.toBe(first.pid);
  send(path, packet('cmd', 'respawn', 'vassal', 'web'));
  await daemon.until('web', (view) => view?.state === 'running' && view.generation > second.generation);
  send(path, packet('cmd', 'log', 'vassal', 'web', 'msg', 'a word\nand more'));
  send(path, packet('cmd', 'log', 'msg', 'to all'));
  await daemon.said(/to all \(said by uid/);
  expect((await daemon.logs('web')).join('\n')).toContain('a word');
  await daemon.said(/command respawn: asked for by uid \d+, pid \d+/);
  await daemon.stop();
  expect(existsSync(path)).toBe(false);
});

test('what is malformed is dropped with a line, and the next command is heard', async () => {
  const path = `@tsjail-test-cmd-${process.pid}`;
  const daemon = await emperor({ files: { 'web.ini': SLEEP }, args: [`--emperor-command-socket=${path}`] });
  await daemon.running('web');
  for (const data of [Buffer.from('x'), Buffer.alloc(4096, 0xff), Buffer.alloc(9000)]) send(path, data);
  send(path, packet('cmd', 'stop', 'vassal', 'web'));
  await daemon.until('web', (view) => view?.state === 'stopped');
  expect(daemon.output.match(/no command of uWSGI's/g)).toHaveLength(1);
});

test('a stale socket is replaced, one that somebody has is not', async () => {
  const path = join(tempDirectory(), 'cmd.sock');
  const args = [`--emperor-command-socket=${path}`];
  const killed = await emperor({ args });
  await killed.stop('SIGKILL');
  expect(existsSync(path)).toBe(true);
  await emperor({ args });
  expect(await refused(path)).toContain(`command socket ${path}: somebody else listens there`);
  expect(existsSync(path)).toBe(true);
});

test('over UDP on the loopback, with a warning', async () => {
  const probe = createSocket('udp4');
  const port = await new Promise<number>((resolve) =>
    probe.bind(0, '127.0.0.1', () => resolve(probe.address().port)),
  );
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  const daemon = await emperor({
    files: { 'web.ini': SLEEP },
    args: [`--emperor-command-socket=127.0.0.1:${port}`],
  });
  expect(daemon.output).toContain('every user of this machine is obeyed');
  await daemon.running('web');
  const socket = createSocket('udp4');
  socket.send(packet('cmd', 'stop', 'vassal', 'web'), port, '127.0.0.1', () => socket.close());
  await daemon.until('web', (view) => view?.state === 'stopped');
});

test('with emperor-wait-for-command a new vassal waits, but for those that need not', async () => {
  const root = tempDirectory();
  const config = join(root, 'emperor.ini');
  const path = join(root, 'cmd.sock');
  const lines = [
    `emperor-command-socket = ${path}`,
    'emperor-wait-for-command = true',
    'emperor-wait-for-command-ignore = now.ini',
  ];
  writeFileSync(config, ['[emperor]', ...lines, ''].join('\n'));
  const files = { 'later.ini': SLEEP, 'now.ini': SLEEP };
  const daemon = await emperor({ files, args: ['--config', config] });
  await daemon.running('now');
  expect(await daemon.view('later')).toMatchObject({ state: 'stopped', pid: null });
  // An edit is no command.
  daemon.put('later.ini', `${SLEEP}umask = 077\n`);
  daemon.put('third.ini', SLEEP);
  await daemon.until('third', (view) => view?.state === 'stopped');
  expect(await daemon.view('later')).toMatchObject({ state: 'stopped' });
  send(path, packet('cmd', 'spawn', 'vassal', 'later.ini'));
  await daemon.running('later');
});

describeRoot('users', () => {
  test('other than root and the daemon’s own are refused', async () => {
    const root = tempDirectory();
    chmodSync(root, 0o755);
    const path = join(root, 'cmd.sock');
    const daemon = await emperor({ files: { 'web.ini': SLEEP }, args: [`--emperor-command-socket=${path}`] });
    await daemon.running('web');
    // As if an administrator had opened it: who sends is asked all the same.
    chmodSync(path, 0o666);
    send(path, packet('cmd', 'stop', 'vassal', 'web'), 65534);
    await daemon.said(/refused: uid 65534, pid \d+ may give no commands/);
    expect(await daemon.view('web')).toMatchObject({ state: 'running' });
    send(path, packet('cmd', 'stop', 'vassal', 'web'));
    await daemon.until('web', (view) => view?.state === 'stopped');
  });
});
