// Sockets that the Emperor binds: every family, who may connect, what becomes of them when vassals come and go.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { ask, askAbstract, connection, NODE, PYTHON, refusal, SERVERS } from '../helpers/served.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const isRoot = process.getuid?.() === 0;
const USER = 65_534;
const FULL = 'clone = fs,net,ipc,uts,pid';
const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');

/** Somebody else's, until the test is over. */
async function foreign(where: string | { host: string; port: number }): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    if (typeof where === 'string') server.listen(where, resolve);
    else server.listen(where, resolve);
  });
  onTestFinished(() => void server.close());
  return server;
}

/** One that nobody has at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Inode of the socket that listens at that port: another one is another socket. */
function inodeAt(port: number): string | undefined {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return fields.find(([, local, , state]) => local?.endsWith(ending) && state === '0A')?.[9];
}

async function failed(daemon: TestEmperor, name: string): Promise<string> {
  const view = await daemon.until(name, (each) => each?.state === 'backoff' && each.lastExit !== null);
  expect(view.lastExit).toMatchObject({ reason: 'setup' });
  return view.lastExit?.message ?? '';
}

test('every family serves the host', async () => {
  const directory = tempDirectory();
  const port = await freePort();
  const addresses = [
    `127.0.0.1:${port}`,
    `[::1]:${port}`,
    join(directory, 'a b.sock'),
    `@tsjail-test-${port}`,
  ];
  if (isRoot) chmodSync(directory, 0o777);
  const files = Object.fromEntries(
    addresses.map((address, n) => [`v${n}.ini`, vassal(`socket = ${address} name=one`, PYTHON)]),
  );
  const daemon = await emperor({ files: { ...SERVERS, ...files }, ...(isRoot ? { uid: USER } : {}) });
  for (const [n, address] of addresses.entries()) {
    expect(await daemon.running(`v${n}`)).toMatchObject({ sockets: [address] });
    expect(await (address.startsWith('@') ? askAbstract(address) : ask(address))).toMatch(/^python \d+$/);
    expect(await daemon.logs(`v${n}`)).toContain('has 1 one True');
  }
  expect(statSync(join(directory, 'a b.sock')).mode & 0o777).toBe(0o666);
});

test('it outlives the command: who connects meanwhile is served by the next one', async () => {
  const port = await freePort();
  const lines = [`socket = 127.0.0.1:${port}`, NODE, 'restart-delay = 1'];
  const daemon = await emperor({ files: { ...SERVERS, 'web.ini': vassal(...lines) } });
  const { pid } = await daemon.running('web');
  const inode = inodeAt(port);
  process.kill(pid ?? -1, 'SIGKILL');
  await daemon.until('web', (view) => view?.state === 'backoff');
  expect(await ask(`127.0.0.1:${port}`)).toMatch(/^node /);
  expect((await daemon.running('web')).generation).toBe(2);
  daemon.put('web.ini', vassal(...lines, 'env = A=b'));
  await daemon.until('web', (view) => view?.generation === 3 && view.state === 'running');
  expect(inodeAt(port)).toBe(inode);
});

test('an edit binds what is new, gives up what is gone, and leaves the rest', async () => {
  const directory = tempDirectory();
  const path = join(directory, 'web.sock');
  const [port, second] = [await freePort(), await freePort()];
  const first = [`socket = 127.0.0.1:${port}`, `socket = ${path} mode=600`];
  const daemon = await emperor({ files: { ...SERVERS, 'web.ini': vassal(...first, PYTHON) } });
  await daemon.running('web');
  const [inode, file] = [inodeAt(port), lstatSync(path)];
  expect(file.mode & 0o777).toBe(0o600);
  const edited = [`socket = ${path} mode=640 backlog=5`, `socket = 127.0.0.1:${second}`];
  daemon.put('web.ini', vassal(...edited, PYTHON));
  await daemon.until('web', (view) => view?.generation === 2 && view.state === 'running');
  expect(lstatSync(path)).toMatchObject({ ino: file.ino });
  expect(lstatSync(path).mode & 0o777).toBe(0o640);
  expect(await ask(path)).toMatch(/^python/);
  expect(await refusal(`127.0.0.1:${port}`)).toBe('ECONNREFUSED');
  daemon.put('web.ini', vassal(...first, ...edited.slice(1), PYTHON));
  await daemon.until('web', (view) => view?.generation === 3 && view.state === 'running');
  expect(await ask(`127.0.0.1:${port}`)).toMatch(/^python/);
  expect(inodeAt(port)).not.toBe(inode);
  // With `reload = signal` too: another socket is only to be had by another jail.
  daemon.put('web.ini', vassal(...edited, PYTHON, 'reload = signal:USR1'));
  await daemon.until('web', (view) => view?.generation === 4 && view.state === 'running');
  daemon.put('web.ini', vassal(...first, PYTHON, 'reload = signal:USR1'));
  await daemon.until('web', (view) => view?.generation === 5 && view.state === 'running');
});

test('it is closed, and its file gone, when the vassal is down', async () => {
  const directory = tempDirectory();
  const files = Object.fromEntries(
    ['stopped', 'removed', 'left'].map((name) => [
      `${name}.ini`,
      vassal(`socket = ${directory}/${name}`, PYTHON),
    ]),
  );
  const daemon = await emperor({
    files: {
      ...SERVERS,
      ...files,
      'exited.ini': vassal(`socket = ${directory}/exited`, 'command = true', 'restart = never'),
      'failed.ini': vassal(`socket = ${directory}/failed`, 'command = false', 'start-limit = 1'),
    },
  });
  for (const name of ['stopped', 'removed', 'left']) await daemon.running(name);
  await daemon.act('stop', 'stopped');
  daemon.remove('removed.ini');
  await daemon.until('removed', (view) => view === undefined);
  for (const name of ['exited', 'failed']) await daemon.until(name, (view) => view?.state === name);
  for (const name of ['stopped', 'removed', 'exited', 'failed'])
    await until(`${name} is gone`, () => !existsSync(join(directory, name)));
  expect((await daemon.view('stopped'))?.sockets).toEqual([]);
  await daemon.act('start', 'stopped');
  expect(await ask(join(directory, 'stopped'))).toMatch(/^python/);
  // What somebody else has put in its place is his.
  rmSync(join(directory, 'left'));
  writeFileSync(join(directory, 'left'), 'mine');
  expect(await daemon.stop()).toMatchObject({ code: 0 });
  expect(readFileSync(join(directory, 'left'), 'utf8')).toBe('mine');
  expect(existsSync(join(directory, 'stopped'))).toBe(false);
});

test('the second vassal is told whose the address is, and gets it when that one is gone', async () => {
  const directory = tempDirectory();
  const path = join(directory, 's');
  const port = await freePort();
  const daemon = await emperor({
    files: { ...SERVERS, 'one.ini': vassal(`socket = ${path}`, `socket = :${port}`, PYTHON) },
  });
  await daemon.running('one');
  daemon.put('two.ini', vassal(`socket = ${path}`, PYTHON, 'max-restart-delay = 100ms'));
  daemon.put('three.ini', vassal(`socket = 127.0.0.1:${port}`, PYTHON, 'max-restart-delay = 100ms'));
  expect(await failed(daemon, 'two')).toBe(
    `${daemon.path('two.ini')}:2:1: socket ${path}: it belongs to the vassal one`,
  );
  expect(await failed(daemon, 'three')).toMatch(
    /overlaps with 0\.0\.0\.0:\d+, which belongs to the vassal one$/,
  );
  daemon.remove('one.ini');
  await daemon.running('two');
  await daemon.running('three');
  expect(await ask(path)).toMatch(/^python/);
});

test('an edit to what cannot be had: what runs is kept', async () => {
  const directory = tempDirectory();
  const path = join(directory, 'web.sock');
  const port = await freePort();
  await foreign({ host: '127.0.0.1', port });
  writeFileSync(join(directory, 'file'), '');
  const daemon = await emperor({
    files: {
      ...SERVERS,
      'web.ini': vassal(`socket = ${path}`, PYTHON),
      'other.ini': vassal(`socket = ${directory}/other`, PYTHON),
    },
  });
  const { pid } = await daemon.running('web');
  await daemon.running('other');
  const impossible = [`127.0.0.1:${port}`, `${directory}/file`, `${directory}/no/s`, `${directory}/other`];
  for (const address of impossible) {
    daemon.put('web.ini', vassal(`socket = ${address}`, PYTHON));
    const view = await daemon.until('web', (each) => each?.error?.message.includes(address) === true);
    expect(view).toMatchObject({
      state: 'running',
      pid,
      sockets: [path],
      error: { line: 2, code: 'cannot-start' },
    });
    expect((await daemon.act('reload', 'web')).body).toMatchObject({ ok: false });
    expect(await ask(path)).toMatch(/^python/);
  }
  rmSync(join(directory, 'file'));
  daemon.put('web.ini', vassal(`socket = ${directory}/file`, PYTHON));
  await daemon.until('web', (view) => view?.generation === 2 && view.sockets[0] === `${directory}/file`);
});

test('what somebody else has is left alone', async () => {
  const directory = tempDirectory();
  const at = (name: string) => join(directory, name);
  const port = await freePort();
  await foreign({ host: '127.0.0.1', port });
  await foreign(at('live'));
  writeFileSync(at('file'), 'mine');
  mkdirSync(at('directory'));
  symlinkSync(at('nowhere'), at('link'));
  const reasons = {
    [at('file')]: 'there is a file of that name, which is left alone',
    [at('directory')]: 'there is a directory of that name, which is left alone',
    [at('link')]: 'there is a symbolic link of that name, which is left alone',
    [at('live')]: 'somebody else listens there',
    [at('no/such/directory')]: 'ENOENT, no such file or directory (the directory is not there)',
    [`127.0.0.1:${port}`]: 'somebody else listens there',
    '192.0.2.1:80':
      'EADDRNOTAVAIL, address not available (no interface of this machine has that address now)',
  };
  const names = Object.keys(reasons).filter((address) => isRoot || !address.endsWith(':80'));
  const files = Object.fromEntries(
    names.map((address, n) => [`v${n}.ini`, vassal(`socket = ${address}`, PYTHON)]),
  );
  const daemon = await emperor({ files: { ...SERVERS, ...files } });
  for (const [n, address] of names.entries())
    expect(await failed(daemon, `v${n}`)).toBe(
      `${daemon.path(`v${n}.ini`)}:2:1: socket ${address}: ${reasons[address]}`,
    );
  expect(readFileSync(at('file'), 'utf8')).toBe('mine');
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  expect(existsSync(at('nowhere'))).toBe(false);
  expect(await refusal(at('live'))).toBe('connected');
  rmSync(at('file'));
  await daemon.act('start', `v${names.indexOf(at('file'))}`);
  expect(await ask(at('file'))).toMatch(/^python/);
});

test('a daemon that is killed leaves no file: the next start and `cleanup` remove what it left', async () => {
  const directory = tempDirectory();
  const names = ['ours', 'replaced', 'taken'];
  const daemon = await emperor({
    files: {
      ...SERVERS,
      ...Object.fromEntries(
        names.map((each) => [`${each}.ini`, vassal(`socket = ${directory}/${each}`, PYTHON)]),
      ),
    },
  });
  for (const name of names) await daemon.running(name);
  const record = `${daemon.control}.record`;
  await until('it is recorded', () =>
    names.every((each) => readFileSync(record, 'utf8').includes(`/${each}"`)),
  );
  daemon.child.kill('SIGKILL');
  await daemon.exit;
  rmSync(join(directory, 'replaced'));
  writeFileSync(join(directory, 'replaced'), 'mine');
  renameSync(join(directory, 'taken'), join(directory, 'moved'));
  const { stderr } = await tsjail(['cleanup', '--control', daemon.control]);
  expect(stderr).toContain(`${directory}/ours`);
  expect(existsSync(join(directory, 'ours'))).toBe(false);
  expect(readFileSync(join(directory, 'replaced'), 'utf8')).toBe('mine');
});

test('a file that nobody listens at any more is replaced', async () => {
  const directory = tempDirectory();
  const path = join(directory, 's');
  const before = await emperor({ files: { ...SERVERS, 'web.ini': vassal(`socket = ${path}`, PYTHON) } });
  await before.running('web');
  before.child.kill('SIGKILL');
  await before.exit;
  const daemon = await emperor({ files: { ...SERVERS, 'web.ini': vassal(`socket = ${path}`, PYTHON) } });
  await daemon.running('web');
  expect(await ask(path)).toMatch(/^python/);
});

test('out of descriptors: one clear line, and nobody else is harmed', async () => {
  const directory = tempDirectory();
  const sockets = Array.from({ length: 160 }, (_, n) => `socket = ${directory}/${n}`);
  const daemon = await emperor({
    wrapper: ['prlimit', '--nofile=160:160'],
    files: { ...SERVERS, 'web.ini': vassal(`socket = ${directory}/web`, PYTHON) },
  });
  await daemon.running('web');
  daemon.put('many.ini', vassal(...sockets, 'command = sleep 100', 'restart-delay = 60'));
  expect(await failed(daemon, 'many')).toMatch(
    /socket .*: EMFILE, too many open files \(the daemon is out of file descriptors: raise LimitNOFILE\)$/,
  );
  daemon.remove('many.ini');
  await daemon.until('many', (view) => view === undefined);
  expect(await ask(`${directory}/web`)).toMatch(/^python/);
  await until('their files are gone', () => !existsSync(`${directory}/0`));
});

test('`tsjail run` binds too', async () => {
  const path = join(tempDirectory(), 's');
  const script = 'echo $LISTEN_FDS $LISTEN_FDNAMES; stat -L -c %F /proc/self/fd/3; stat -c %a "$1"';
  const { stdout, code } = await tsjail([
    'run',
    `--socket=${path} mode=600 name=x`,
    '--',
    'sh',
    '-c',
    script,
    'sh',
    path,
  ]);
  expect(stdout).toBe('1 x\nsocket\n600\n');
  expect(code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test('ports below 1024 are not for everybody', async () => {
  const wrapper = isRoot ? ['setpriv', `--reuid=${USER}`, '--clear-groups', '--inh-caps=-all'] : [];
  if (Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) <= 80) return;
  const { stderr, code } = await tsjail(['run', '--socket=127.0.0.1:80', '--', 'true'], { wrapper });
  expect(stderr).toContain('port 80 needs root or CAP_NET_BIND_SERVICE: others may bind from 1024 on');
  expect(code).toBe(2);
});

describeRoot('as root', () => {
  test.each([
    ['python3', PYTHON],
    ['node', NODE],
  ])('a vassal without any network serves the host: %s', async (_name, command) => {
    const port = await freePort();
    const daemon = await emperor({
      files: { ...SERVERS, 'web.ini': vassal(FULL, `socket = 127.0.0.1:${port}`, command) },
    });
    const { namespaces } = await daemon.running('web');
    expect(namespaces?.net).not.toBe(statSync('/proc/self/ns/net').ino);
    expect(await ask(`127.0.0.1:${port}`)).toMatch(/^(python|node) 2$/);
  });

  test('mode and owner', async () => {
    const path = join(tempDirectory(), 's');
    const options = `mode=0640 owner=nobody:${USER - 1}`;
    const daemon = await emperor({
      files: { ...SERVERS, 'web.ini': vassal(`socket = ${path} ${options}`, PYTHON) },
    });
    await daemon.running('web');
    expect(lstatSync(path)).toMatchObject({ uid: USER, gid: USER - 1 });
    expect(lstatSync(path).mode & 0o777).toBe(0o640);
    const socket = await connection(path);
    socket.destroy();
  });
});
