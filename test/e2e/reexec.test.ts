// The daemon's program is replaced, and every kind of vassal is as it was.
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VassalView } from '../../src/emperor/view.ts';
import { tsjail } from '../helpers/cli.ts';
import { emperor, isAlive } from '../helpers/emperor.ts';
import { cgroupsOf, hostMounts } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { askReexec, lasting, reexec, reexecs, replaced } from '../helpers/reexec.ts';
import { perl, sayAndStay } from '../helpers/sd-notify.ts';
import { ask, PYTHON, SERVERS } from '../helpers/served.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = 'command = sleep 1000';
const TICKS = `command = sh -c 'i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.05; done'`;
/** A shell's script in a file of its own: no quotes to be thought of. */
function script(text: string): string {
  const path = join(tempDirectory(), 'script');
  writeFileSync(path, text);
  return `command = sh ${path}`;
}

const isSettled = (view: VassalView | undefined) =>
  ['running', 'waiting', 'backoff', 'exited', 'failed', 'stopped'].includes(view?.state ?? '');

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

describeRoot('all kinds', () => {
  test('each kind of vassal is what it was, after several', { timeout: 90_000 }, async () => {
    const directory = tempDirectory();
    const port = await freePort();
    const mounts = hostMounts();
    const files = {
      'plain.ini': vassal(SLEEP),
      'jailed.ini': vassal('clone = fs,pid,ipc,uts,net', SLEEP),
      'guarded.ini': vassal('clone = pid', 'init = false', SLEEP),
      'hooked.ini': vassal('exec-as-emperor = true', 'clone = pid', SLEEP),
      'listening.ini': vassal(`socket = 127.0.0.1:${port}`, SLEEP),
      'asleep.ini': vassal(`socket = ${join(directory, 's')}`, 'on-demand = true', SLEEP),
      'failing.ini': vassal('command = sh -c "exit 3"', 'restart-delay = 60'),
      'failed.ini': vassal('command = sh -c "exit 4"', 'start-limit = 1'),
      'once.ini': vassal('command = true', 'restart = never'),
      'timed.ini': vassal('cron = 0 0 1 1 *', SLEEP),
      'held.ini': vassal(SLEEP),
      'notifying.ini': vassal(
        'ready = notify',
        script(`${sayAndStay('"READY=1\\nSTATUS=at work"')}; exec sleep 1000`),
      ),
      'two.ini': vassal('instances = 2', SLEEP),
    };
    const daemon = await emperor({ files });
    const names = [...Object.keys(files).map((file) => file.slice(0, -4)), 'two:1', 'two:2'].filter(
      (name) => name !== 'two',
    );
    for (const name of names) await daemon.until(name, isSettled);
    await daemon.act('stop', 'held');
    const before = await daemon.ls();
    const { size } = new Set(readdirSync(`/proc/${daemon.pid}/fd`));
    for (let times = 0; times < 3; times++) await reexec(daemon);
    const after = await daemon.ls();
    expect(after.map(lasting)).toEqual(before.map(lasting));
    expect(after.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    await until('as many descriptors as before', () => readdirSync(`/proc/${daemon.pid}/fd`).length <= size);
    expect(await reexecs(daemon)).toBe(3);

    // And it is the daemon's to end still.
    const { pid } = after.find(({ name }) => name === 'guarded') as VassalView;
    expect((await daemon.act('stop', 'guarded')).status).toBe(200);
    expect(isAlive(pid ?? 0)).toBe(false);
    expect((await daemon.act('restart', 'jailed')).status).toBe(200);
    expect(await daemon.view('jailed')).toMatchObject({ generation: 2, state: 'running' });
    const connection = createConnection(port, '127.0.0.1');
    await new Promise((resolve, reject) => connection.on('connect', resolve).on('error', reject));
    connection.destroy();
    expect((await daemon.stop()).code).toBe(0);
    expect(hostMounts(daemon.root)).toEqual(mounts);
    expect(cgroupsOf(daemon.pid)).toEqual([]);
    for (const path of [daemon.control, `${daemon.control}.record`, join(directory, 's')])
      expect(existsSync(path)).toBe(false);
    for (const view of after) if (view.pid) expect(isAlive(view.pid)).toBe(false);
  });
});

test('the command line tells of it', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  const { pid } = await daemon.running('a');
  const { code, stdout, stderr } = await tsjail(['reexec', '--control', daemon.control]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^tsjail \\S+ → \\S+, pid ${daemon.pid}, 1 vassal kept\\n$`));
  expect((await daemon.view('a'))?.pid).toBe(pid);
  const json = await tsjail(['reexec', '--json', '--control', daemon.control]);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, pid: daemon.pid, vassals: 1 });
});

test('no line is lost, and none comes twice', { timeout: 60_000 }, async () => {
  const directory = tempDirectory();
  const log = join(directory, 'log');
  const half = `command = sh -c "printf half; sleep 1000"`;
  const daemon = await emperor({
    files: { 'a.ini': vassal(TICKS, `log = file:${log}`), 'b.ini': vassal(TICKS), 'c.ini': vassal(half) },
  });
  for (const name of ['a', 'b', 'c']) await daemon.running(name);
  const ring = async () => (await daemon.logs('b')).filter((line) => line.startsWith('tick'));
  await until('lines', async () => (await ring()).length > 3);
  for (let times = 0; times < 2; times++) await reexec(daemon);
  const seen = (await ring()).length;
  await until('more lines', async () => (await ring()).length > seen + 3);
  const numbered = (lines: readonly string[]) => lines.map((_, index) => `tick ${index}`);
  const lines = await ring();
  expect(lines).toEqual(numbered(lines));
  const written = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(written.length).toBeGreaterThan(5);
  expect(written).toEqual(numbered(written));
  await daemon.act('stop', 'c');
  expect((await daemon.logs('c'))[0]).toBe('half');
});

test('no request is lost', { timeout: 60_000 }, async () => {
  const path = join(tempDirectory(), 's');
  const daemon = await emperor({
    files: { ...SERVERS, 'web.ini': vassal(`socket = ${path}`, PYTHON) },
  });
  await daemon.running('web');
  let isOver = false;
  const asked = { answers: 0, failures: [] as string[] };
  const client = async () => {
    while (!isOver)
      await ask(path).then(
        () => asked.answers++,
        (error: Error) => asked.failures.push(error.message),
      );
  };
  const clients = [client(), client(), client()];
  for (let times = 0; times < 2; times++) await reexec(daemon);
  isOver = true;
  await Promise.all(clients);
  expect(asked.failures).toEqual([]);
  expect(asked.answers).toBeGreaterThan(10);
});

/** By a connection of its own: one that is kept is the client's to look after. */
async function askAnew(socketPath: string): Promise<void> {
  const call = request({ socketPath, path: '/v1/vassals', agent: false }).end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
}

test('nobody who asks the daemon itself is hung up on', { timeout: 60_000 }, async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  await daemon.running('a');
  let isOver = false;
  const failures: string[] = [];
  const client = async () => {
    while (!isOver) await askAnew(daemon.control).catch((error: Error) => failures.push(error.message));
  };
  const clients = [client(), client(), client(), client()];
  for (let times = 0; times < 5; times++) await reexec(daemon);
  isOver = true;
  await Promise.all(clients);
  expect(failures).toEqual([]);
});

test('a storm of signals is one or a few, and nobody falls over', { timeout: 60_000 }, async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  const before = lasting(await daemon.running('a'));
  const { exitCode } = daemon.child;
  for (let times = 0; times < 300; times++) {
    daemon.child.kill('SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await until(
    'an end of it',
    async () => {
      const count = await reexecs(daemon).catch(() => 0);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return count > 0 && (await reexecs(daemon).catch(() => 0)) === count;
    },
    40_000,
  );
  expect(daemon.child.exitCode).toBe(exitCode);
  expect(lasting(await daemon.view('a'))).toEqual(before);
});

test('a start is waited for, and one that asks meanwhile has its turn after', {
  timeout: 60_000,
}, async () => {
  const slow = vassal('hook-as-vassal = exec:sleep 1', SLEEP);
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  await daemon.running('a');
  daemon.put('slow.ini', slow);
  await daemon.until('slow', (view) => view?.state === 'starting');
  const before = await reexecs(daemon);
  daemon.child.kill('SIGUSR2');
  await daemon.said(/gives way/);
  daemon.put('late.ini', vassal(SLEEP));
  await replaced(daemon, before);
  expect(await daemon.running('slow')).toMatchObject({ generation: 1 });
  expect(await daemon.running('late')).toMatchObject({ generation: 1 });
});

test('who asks for something meanwhile gets it from the new code', { timeout: 60_000 }, async () => {
  const stubborn = vassal(`command = sh -c "trap '' TERM; while :; do sleep 0.1; done"`, 'stop-timeout = 12');
  const daemon = await emperor({ files: { 'a.ini': stubborn } });
  await daemon.running('a');
  const stop = tsjail(['stop', 'a', '--control', daemon.control]);
  const { since } = await daemon.until('a', (view) => view?.state === 'stopping');
  await reexec(daemon);
  expect(await daemon.view('a')).toMatchObject({ state: 'stopping', since });
  expect(await stop).toMatchObject({ code: 0, stdout: 'a: stopped\n' });
  // The time that it was given did not begin anew.
  const { lastExit } = (await daemon.view('a')) as VassalView;
  expect(lastExit?.reason).toBe('timeout-stop');
  expect((lastExit?.at ?? 0) - since).toBeLessThan(14);
});

test('signs of life are awaited as before', { timeout: 60_000 }, async () => {
  const beats = 'say "READY=1"; for (1..20) { say "WATCHDOG=1"; select undef, undef, undef, 0.1 } sleep 1000';
  const daemon = await emperor({
    files: { 'a.ini': vassal('ready = notify', 'heartbeat-timeout = 4', script(`exec ${perl(beats)}`)) },
  });
  await daemon.running('a');
  await reexec(daemon);
  const { lastExit } = await daemon.until('a', (view) => view?.lastExit !== null);
  expect(lastExit?.reason).toBe('heartbeat');
});

test('being ready is awaited still', { timeout: 60_000 }, async () => {
  const directory = tempDirectory();
  const wait = `command = sh -c "while [ ! -e ${directory}/go ]; do sleep 0.05; done; echo >&5; sleep 1000"`;
  const daemon = await emperor({ files: { 'a.ini': vassal('ready = fd:5', wait) } });
  await daemon.until('a', (view) => view?.state === 'starting' && view.pid !== null);
  await reexec(daemon);
  const before = await daemon.view('a');
  expect(before).toMatchObject({ state: 'starting', waitingFor: 'a line on descriptor 5' });
  writeFileSync(join(directory, 'go'), '');
  expect(await daemon.running('a')).toMatchObject({ pid: before?.pid, generation: 1 });
});

test('a daemon that is stopping is not replaced', async () => {
  const stubborn = vassal(`command = sh -c "trap '' TERM; while :; do sleep 0.1; done"`, 'stop-timeout = 2');
  const daemon = await emperor({ files: { 'a.ini': stubborn } });
  await daemon.running('a');
  daemon.child.kill('SIGTERM');
  await daemon.said(/stopping 1 vassal/);
  expect(await askReexec(daemon)).toMatchObject({ ok: false, message: 'the daemon is stopping' });
  expect((await daemon.exit).code).toBe(0);
});
