// `reload = overlap`: the new one first, the old one until that is ready.
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', 'reload = overlap', ...lines, ''].join('\n');
/** Leaves slowly, and says so. */
const SLOW = `command = sh -c 'trap "echo going; sleep 0.5; echo gone; exit 0" TERM; echo up; while :; do sleep 0.05; done'`;

function generation(daemon: TestEmperor, name: string, wanted: number) {
  return daemon.until(name, (view) => view?.state === 'running' && view.generation === wanted);
}

const said = async (daemon: TestEmperor) =>
  (await daemon.logs('a')).filter((line) => /^(up|going|gone)$/.test(line));

test('the new one runs while the old one leaves; nothing is between them', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLOW) } });
  const old = await daemon.running('a');
  await until('up', async () => (await said(daemon)).length === 1);
  const states: (string | null)[] = [];
  const close = await daemon.onEvent((event) => states.push(event.state));
  daemon.put('a.ini', vassal(SLOW, 'env = A=1'));
  const now = await generation(daemon, 'a', 2);
  expect(now.pid).not.toBe(old.pid);
  expect(isAlive(old.pid ?? 0)).toBe(true);
  await daemon.said(/the former one exited with code 0/);
  expect(isAlive(old.pid ?? 0)).toBe(false);
  expect(await daemon.view('a')).toMatchObject({ state: 'running', pid: now.pid, restarts: 0 });
  expect(states).not.toContain('reloading');
  expect((await said(daemon)).sort()).toEqual(['going', 'gone', 'up', 'up']);
  close();
});

test('a new one that cannot start leaves the old one alone', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLOW) } });
  const old = await daemon.running('a');
  daemon.put('a.ini', vassal('command = /nowhere/to/be/found'));
  await daemon.said(/the new one failed: .*nowhere.*; the former one runs on/);
  expect(await daemon.view('a')).toMatchObject({ state: 'running', pid: old.pid, generation: 1 });
  expect(await daemon.act('reload', 'a')).toMatchObject({ body: { ok: false } });
  expect(isAlive(old.pid ?? 0)).toBe(true);
  daemon.put('a.ini', vassal(SLOW));
  await generation(daemon, 'a', 2);
});

test('one that ends while another is on its way to its place: that one runs, whatever `restart` says', async () => {
  const go = join(tempDirectory(), 'go');
  const waits = `command = sh -c 'while [ ! -e ${go} ]; do sleep 0.02; done'`;
  const daemon = await emperor({ files: { 'a.ini': vassal('restart = never', waits) } });
  await daemon.running('a');
  // Never ready: the old one would run on for ever.
  daemon.put(
    'a.ini',
    vassal('restart = never', 'ready = notify', 'command = sh -c "echo new; exec sleep 1000"'),
  );
  await daemon.said(/a \| new/);
  writeFileSync(go, '');
  await daemon.until('a', (view) => view?.generation === 2);
  expect(await daemon.view('a')).toMatchObject({ state: 'starting', restarts: 0 });
});

test('many edits in a row: the last one is what runs, and one of each is left', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLOW) } });
  await daemon.running('a');
  for (let n = 0; n < 6; n++)
    daemon.put('a.ini', vassal(`command = sh -c "echo edit ${n}; exec sleep 1000"`));
  await until('the last edit', async () => (await daemon.logs('a')).includes('edit 5'));
  await until('one process', async () => (await daemon.view('a'))?.state === 'running');
  const { pid } = await daemon.running('a');
  expect(isAlive(pid ?? 0)).toBe(true);
  expect(await daemon.act('stop', 'a')).toMatchObject({ body: { ok: true } });
  expect(isAlive(pid ?? 0)).toBe(false);
});

test('stopped and removed in the midst of it: nobody is left', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLOW) } });
  const old = await daemon.running('a');
  daemon.put('a.ini', vassal(SLOW, 'env = A=1'));
  const { pid } = await generation(daemon, 'a', 2);
  daemon.remove('a.ini');
  await daemon.until('a', (view) => view === undefined);
  expect([isAlive(old.pid ?? 0), isAlive(pid ?? 0)]).toEqual([false, false]);
});

test('the daemon ends while one leaves', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLOW) } });
  const old = await daemon.running('a');
  daemon.put('a.ini', vassal(SLOW, 'env = A=1'));
  const { pid } = await generation(daemon, 'a', 2);
  daemon.child.kill('SIGTERM');
  expect(await daemon.exit).toEqual({ code: 0, signal: null });
  expect([isAlive(old.pid ?? 0), isAlive(pid ?? 0)]).toEqual([false, false]);
});

/** Serves what it is handed, finishes what it has begun when it is asked to end, and says when it listens. */
const SERVER = `
const { createServer } = require('node:http');
const { Server } = require('node:net');
const server = createServer((_request, answer) => setTimeout(() => answer.end(String(process.pid)), 2));
server.keepAliveTimeout = 0;
process.on('SIGTERM', () => Server.prototype.close.call(server, () => process.exit(0)));
server.listen({ fd: 3 }, () => require('node:fs').writeSync(4, 'ready\\n'));
`;

function ask(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, headers: { connection: 'close' } }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject).end();
  });
}

test('with a socket no request is lost', async () => {
  const directory = tempDirectory();
  const script = join(directory, 'server.js');
  const socket = join(directory, 'web.sock');
  writeFileSync(script, SERVER);
  const text = (n: number) =>
    vassal(`socket = ${socket}`, 'ready = fd:4', `env = N=${n}`, `command = ${process.execPath} ${script}`);
  const daemon = await emperor({ files: { 'a.ini': text(1) } });
  await daemon.running('a');
  const served = new Set<string>();
  let requests = 0;
  let over = false;
  const client = async () => {
    while (!over) {
      served.add(await ask(socket));
      requests++;
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let n = 2; n <= 4; n++) {
    daemon.put('a.ini', text(n));
    await generation(daemon, 'a', n);
    const before = requests;
    await until('requests', () => requests > before + 50);
  }
  over = true;
  await Promise.all(clients);
  expect(served.size).toBe(4);
});

test('a socket that the successor does not want is kept until there is one', async () => {
  const directory = tempDirectory();
  const script = join(directory, 'server.js');
  const [socket, other] = [join(directory, 'web.sock'), join(directory, 'other.sock')];
  writeFileSync(script, SERVER);
  const serving = (path: string) =>
    vassal(`socket = ${path}`, 'ready = fd:4', `command = ${process.execPath} ${script}`);
  const daemon = await emperor({ files: { 'a.ini': serving(socket) } });
  const { pid } = await daemon.running('a');
  daemon.put('a.ini', vassal(`socket = ${other}`, 'ready = fd:4', 'command = false'));
  await daemon.said(/the former one runs on/);
  await until('the other one is given up', () => !existsSync(other));
  expect(await ask(socket)).toBe(String(pid));
  daemon.put('a.ini', serving(other));
  await generation(daemon, 'a', 2);
  await until('the first one is given up', () => !existsSync(socket));
  expect(await ask(other)).not.toBe(String(pid));
});
