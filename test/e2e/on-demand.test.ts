// Vassals that sleep until somebody connects, and go back to sleep when nobody has for a while.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VassalEvent, VassalView } from '../../src/emperor/view.ts';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { ask, connection, PYTHON, refusal, SERVERS } from '../helpers/served.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const isRoot = process.getuid?.() === 0;
const USER = 65_534;
const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const DEMAND = 'on-demand = true';

const KILLS = 6;

/** It is said to wait a moment before its sockets are there. */
const isAsleep = (view: VassalView | undefined) => view?.state === 'waiting' && view.sockets.length > 0;

test.each([
  ['by the daemon’s user', {}],
  ['by an ordinary user', isRoot ? { uid: USER } : {}],
])('wakes, stays awake while it is used, sleeps, wakes again: %s', async (_name, who) => {
  const directory = tempDirectory();
  chmodSync(directory, 0o777);
  const path = join(directory, 's');
  const daemon = await emperor({
    ...who,
    files: { ...SERVERS, 'web.ini': vassal(`socket = ${path}`, DEMAND, 'idle-timeout = 400ms', PYTHON) },
  });
  const asleep = await daemon.until('web', (view) => isAsleep(view));
  expect(asleep).toMatchObject({ pid: null, generation: 0, sockets: [path] });
  const events: VassalEvent[] = [];
  const close = await daemon.onEvent((event) => events.push(event));
  expect(await ask(path)).toMatch(/^python/);
  await daemon.running('web');
  // Nothing is said on it, but it is there: three times as long as a look.
  const open = await connection(path);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await daemon.view('web')).toMatchObject({ state: 'running', generation: 1 });
  open.destroy();
  await daemon.until('web', (view) => isAsleep(view));
  await daemon.said(/idle for 400 ms: stopping it until somebody connects/);
  expect(await ask(path)).toMatch(/^python/);
  expect(await daemon.running('web')).toMatchObject({ generation: 2, restarts: 0 });
  const states = events.filter(({ event }) => event === 'state').map(({ state }) => state);
  expect(states.slice(0, 4)).toEqual(['starting', 'running', 'stopping', 'waiting']);
  close();
});

test('who connects while it goes to sleep wakes it again', async () => {
  const path = join(tempDirectory(), 's');
  // Takes its time to end, and accepts nobody meanwhile.
  const script = `import os, signal, socket, sys, time
def end(*_):
    print('ending', flush=True); time.sleep(0.5); os._exit(0)
signal.signal(signal.SIGTERM, end)
listener = socket.socket(fileno=3)
while True:
    c, _ = listener.accept(); c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\nhello'); c.close()
`;
  const daemon = await emperor({
    files: {
      'slow.py': script,
      'web.ini': vassal(`socket = ${path}`, DEMAND, 'idle-timeout = 200ms', 'command = python3 %dslow.py'),
    },
  });
  await daemon.until('web', (view) => isAsleep(view));
  expect(await ask(path).catch(String)).toMatch(/hello|ECONNRESET/);
  await daemon.said(/web \| ending/);
  expect(await ask(path).catch(String)).toMatch(/hello|ECONNRESET/);
  expect((await daemon.view('web'))?.generation).toBe(2);
});

test('a crash with somebody in front of it: started again, ever later, never for ever', async () => {
  const path = join(tempDirectory(), 's');
  const daemon = await emperor({
    files: {
      'web.ini': vassal(`socket = ${path}`, DEMAND, 'command = sh -c "exit 3"', 'restart-delay = 50ms'),
    },
  });
  await daemon.until('web', (view) => isAsleep(view));
  const stuck = await connection(path);
  await daemon.until('web', (view) => (view?.generation ?? 0) >= 4);
  const waits = [...daemon.output.matchAll(/restart in (\d+) ms/g)].map(([, ms]) => Number(ms));
  expect(waits.length).toBeGreaterThanOrEqual(3);
  expect(waits[2]).toBeGreaterThan((waits[0] ?? 0) * 3);
  stuck.destroy();
  // The one that is gone still counts once, for nobody has accepted it; the same command that ends well waits no less.
  daemon.put('web.ini', vassal(`socket = ${path}`, DEMAND, 'command = true', 'restart-delay = 50ms'));
  const view = await daemon.until('web', (each) => (each?.restarts ?? 0) > 6 && each?.state === 'backoff');
  expect(view.lastExit).toMatchObject({ code: 0 });
});

test('`start` needs no caller; `stop` ends the waiting; an edit changes what it waits on', async () => {
  const directory = tempDirectory();
  const [one, other] = [join(directory, 'one'), join(directory, 'other')];
  const daemon = await emperor({
    files: { ...SERVERS, 'web.ini': vassal(`socket = ${one}`, DEMAND, PYTHON) },
  });
  await daemon.until('web', (view) => view?.state === 'waiting' && view.sockets.length === 1);
  daemon.put('web.ini', vassal(`socket = ${other}`, DEMAND, PYTHON));
  await daemon.until('web', (view) => view?.sockets[0] === other);
  expect(existsSync(one)).toBe(false);
  expect((await daemon.act('restart', 'web')).body).toMatchObject({ ok: true, state: 'waiting' });
  expect((await daemon.act('start', 'web')).body).toMatchObject({ ok: true, state: 'running' });
  expect(await ask(other)).toMatch(/^python/);
  expect((await daemon.act('restart', 'web')).body).toMatchObject({ ok: true, state: 'waiting' });
  expect((await daemon.act('stop', 'web')).body).toMatchObject({ ok: true, state: 'stopped' });
  await until('it is closed', () => !existsSync(other));
  expect((await daemon.act('start', 'web')).body).toMatchObject({ ok: true, state: 'waiting' });
  expect(await ask(other)).toMatch(/^python/);
  await daemon.running('web');
  // No longer on demand: it runs by itself.
  daemon.put('web.ini', vassal(`socket = ${other}`, PYTHON));
  await daemon.until('web', (view) => view?.generation === 3 && view.state === 'running');
});

test('what it would wait on is somebody else’s: it says so, and waits as soon as it can', async () => {
  const path = join(tempDirectory(), 's');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const daemon = await emperor({
    files: { ...SERVERS, 'web.ini': vassal(`socket = ${path}`, DEMAND, PYTHON, 'restart-delay = 50ms') },
  });
  const view = await daemon.until('web', (each) => each?.state === 'backoff');
  expect(view).toMatchObject({ restarts: 0, generation: 0 });
  expect(view.lastExit?.message).toBe(
    `${daemon.path('web.ini')}:2:1: socket ${path}: somebody else listens there`,
  );
  await new Promise((resolve) => server.close(resolve));
  await daemon.until('web', (each) => each?.state === 'waiting' && each.sockets.length === 1);
  expect(await ask(path)).toMatch(/^python/);
});

test('the hook of those who begin to wait', async () => {
  const directory = tempDirectory();
  const at = (name: string) => join(directory, name);
  const say = `exec:echo "$UWSGI_HOOK_CONTEXT" >>${at('said')}; test -S ${at('s')}`;
  const lines = [DEMAND, PYTHON, 'idle-timeout = 200ms', 'restart-delay = 10'];
  const daemon = await emperor({
    args: [`--hook-as-on-demand-vassal=${say}`],
    files: {
      ...SERVERS,
      'web.ini': vassal(`socket = ${at('s')}`, ...lines),
      'bad.ini': vassal(`socket = ${at('t')}`, ...lines, 'hook-as-on-demand-vassal = exec:exit 3'),
      'busy.ini': vassal(`socket = ${at('u')}`, PYTHON, `hook-as-on-demand-vassal = create:${at('never')}`),
    },
  });
  await daemon.said(/web: waiting on/);
  const bad = await daemon.until('bad', (view) => view?.state === 'backoff');
  expect(bad.lastExit?.message).toMatch(/bad\.ini:7:1: hook-exec .*exit 3.*code 3/);
  expect(await ask(at('s'))).toMatch(/^python/);
  await daemon.until('web', (view) => view?.generation === 1 && view.state === 'waiting');
  await until('it was done again', () => readFileSync(at('said'), 'utf8').match(/web\n/g)?.length === 2);
  await daemon.running('busy');
  expect(existsSync(at('never'))).toBe(false);
});

describeRoot('as root', () => {
  test('what that hook has mounted stays for as long as the vassal waits', async () => {
    const directory = tempDirectory();
    const [path, target] = [join(directory, 's'), join(directory, 'target')];
    mkdirSync(target);
    const mounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(target);
    const hook = `hook-as-on-demand-vassal = mount:tmpfs none ${target}`;
    const daemon = await emperor({
      files: {
        ...SERVERS,
        'web.ini': vassal(`socket = ${path}`, DEMAND, 'idle-timeout = 200ms', PYTHON, hook),
      },
    });
    await daemon.said(/waiting on/);
    expect(mounted()).toBe(true);
    expect(await ask(path)).toMatch(/^python/);
    await until('it is unmounted', () => !mounted());
    await daemon.until('web', (view) => view?.generation === 1 && view.state === 'waiting');
    await until('it is mounted again', mounted);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    expect(mounted()).toBe(false);
  });
});

test.each(['ext', 'dir', 'exec'] as const)('by the daemon’s config: emperor-on-demand-%s', async (kind) => {
  const directory = tempDirectory();
  const path = join(directory, 'web.socket');
  writeFileSync(
    join(directory, 'where'),
    `#!/bin/sh\n[ "$1" = web.ini ] && [ -f web.ini ] && echo ${path} || :\n`,
  );
  chmodSync(join(directory, 'where'), 0o755);
  const value = { ext: '.on', dir: directory, exec: join(directory, 'where') }[kind];
  const files = { ...SERVERS, 'web.ini.on': `${path}\n`, 'web.ini': vassal(PYTHON) };
  const other = { 'other.ini': vassal('command = sleep 1000') };
  const daemon = await emperor({
    args: [`--emperor-on-demand-${kind}=${value}`],
    files: kind === 'dir' ? files : { ...files, ...other },
  });
  await daemon.until('web', (view) => view?.state === 'waiting' && view.sockets[0] === path);
  if (kind !== 'dir') await daemon.running('other');
  expect(await ask(path)).toMatch(/^python/);
  if (kind !== 'ext') return;
  // Another address in that file is a change of the vassal, as none is.
  daemon.put('web.ini.on', `${directory}/elsewhere`);
  await daemon.until(
    'web',
    (view) => view?.state === 'waiting' && view.sockets[0] === `${directory}/elsewhere`,
  );
  rmSync(daemon.path('web.ini.on'));
  const script = vassal('command = sleep 1000');
  daemon.put('web.ini', script);
  await daemon.until('web', (view) => view?.state === 'running' && view.sockets.length === 0);
  expect(await refusal(`${directory}/elsewhere`)).toBe('ENOENT');
});

test('nobody is refused while what serves them is killed again and again', async () => {
  const path = join(tempDirectory(), 's');
  const script = `import socket
listener = socket.socket(fileno=3)
while True:
    c, _ = listener.accept(); c.recv(100); c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\nhello'); c.close()
`;
  const lines = [`socket = ${path}`, 'stable-after = 0', 'command = python3 -SIE %dfast.py'];
  const daemon = await emperor({ files: { 'fast.py': script, 'web.ini': vassal(...lines) } });
  await daemon.running('web');
  const seen = { hello: 0, cut: 0, refused: 0 };
  let over = false;
  const client = async () => {
    while (!over) {
      const text = await ask(path).catch((error: NodeJS.ErrnoException) =>
        error.syscall === 'connect' ? 'refused' : 'cut',
      );
      seen[text === 'hello' || text === 'refused' ? text : 'cut']++;
    }
  };
  const killer = async () => {
    for (let kills = 1; kills <= KILLS; kills++) {
      await until('it serves', () => seen.hello >= kills * 50);
      const { pid, generation } = await daemon.running('web');
      process.kill(pid ?? -1, 'SIGKILL');
      await daemon.until('web', (view) => (view?.generation ?? 0) > generation);
    }
  };
  const clients = Array.from({ length: 4 }, client);
  await killer().finally(() => {
    over = true;
  });
  await Promise.all(clients);
  expect(seen.refused).toBe(0);
  expect(await daemon.view('web')).toMatchObject({ restarts: KILLS });
});
