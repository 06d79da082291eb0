// `emperor-stats` of a real daemon, read as uwsgitop does, beside that of a real uWSGI.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { emperor, startEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { connectTo, readAll, readStats, type StatsDocument } from '../helpers/stats-client.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = vassal('command = sleep 1000');
/** Keys of uWSGI 2.1 that 2.0 does not have. */
const NEWER = ['suspended', 'adopted', 'attrs'];

const statsArgs = (path: string, ...more: string[]) => [`--emperor-stats=${path}`, ...more];

/** What a daemon says that cannot have the socket. */
async function refused(path: string): Promise<string> {
  const daemon = startEmperor({ args: statsArgs(path) });
  expect(await daemon.exit).toMatchObject({ code: 1 });
  return daemon.output;
}

async function realUwsgi(): Promise<StatsDocument> {
  const root = tempDirectory();
  const vassals = join(root, 'vassals');
  mkdirSync(vassals);
  writeFileSync(join(vassals, 'web.ini'), `[uwsgi]\nsocket = ${root}/web.sock\nmaster = true\n`);
  // Exits at once: it comes to the blacklist.
  writeFileSync(join(vassals, 'bad.ini'), '[uwsgi]\nunknown-option-of-nobody = 1\nstrict = true\n');
  const path = join(root, 'stats.sock');
  const child = spawn('uwsgi', ['--emperor', vassals, '--emperor-stats', path], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  await until('uWSGI serves its stats', () =>
    readStats({ path }).then(
      () => true,
      () => false,
    ),
  );
  return until('both lists are there', async () => {
    const stats = await readStats({ path });
    return stats.vassals.length > 0 && stats.blacklist.length > 0 && stats;
  });
}

describeWith('uwsgi', 'keys', () => {
  test('are those of uWSGI, in its order', async () => {
    const files = { 'web.ini': SLEEP, 'bad.ini': vassal('command = false', 'restart-delay = 60') };
    const path = join(tempDirectory(), 'stats.sock');
    const daemon = await emperor({ files, args: statsArgs(path) });
    await daemon.running('web');
    await daemon.until('bad', (view) => view?.state === 'backoff');
    const ours = await readStats({ path });
    const theirs = await realUwsgi();
    const [our, their] = [ours.vassals[0] ?? {}, theirs.vassals[0] ?? {}];
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    expect(Object.keys(our).filter((key) => !NEWER.includes(key))).toEqual(Object.keys(their));
    expect(Object.keys(our)).toEqual(expect.arrayContaining(NEWER));
    expect(Object.keys(ours.blacklist[0] ?? {})).toEqual(Object.keys(theirs.blacklist[0] ?? {}));
    const types = (object: object) => Object.entries(object).map(([key, value]) => [key, typeof value]);
    expect(types(our)).toEqual(expect.arrayContaining(types(their)));
    expect(types(ours)).toEqual(types(theirs));
  });
});

test('values are those of what runs', async () => {
  const path = join(tempDirectory(), 'stats.sock');
  const attributes = '[emperor]\ntier = "gold"\n';
  const files = {
    'web.ini': attributes + vassal('command = sleep 1000', 'stable-after = 0'),
    'bad.ini': vassal('command = false', 'restart-delay = 60'),
    'no.ini': vassal('comand = false'),
  };
  const daemon = await emperor({ files, args: statsArgs(path, '--emperor-collect-attr=tier') });
  const { pid } = await daemon.running('web');
  await daemon.until('bad', (view) => view?.state === 'backoff');
  await daemon.until('no', (view) => view?.state === 'invalid');
  const stats = await readStats({ path });
  expect(stats).toMatchObject({ pid: daemon.pid, uid: process.getuid?.(), emperor: [daemon.vassals] });
  const of = (id: string) => stats.vassals.find((each) => each.id === id);
  const now = Date.now() / 1000;
  const web = of('web.ini');
  expect(web).toMatchObject({ pid, loyal: 1, ready: 1, cursed: 0, respawns: 0, suspended: 0 });
  expect(web).toMatchObject({ monitor: daemon.vassals, attrs: { tier: '"gold"' } });
  expect(web?.last_mod).toBe(Math.floor(statSync(daemon.path('web.ini')).mtimeMs / 1000));
  for (const key of ['born', 'first_run', 'last_run', 'last_ready']) {
    expect(web?.[key]).toBeLessThanOrEqual(now);
    expect(web?.[key]).toBeGreaterThan(now - 60);
  }
  expect(of('bad.ini')).toMatchObject({ pid: -1, ready: 0 });
  expect(of('no.ini')).toMatchObject({ pid: -1, first_run: 0 });
  expect(stats.blacklist).toMatchObject([{ id: 'bad.ini', attempt: 1 }]);
  expect(stats.blacklist[0]?.throttle_level).toBeGreaterThan(50_000);
  expect((await daemon.act('stop', 'web')).body).toMatchObject({ ok: true, state: 'stopped' });
  expect((await daemon.act('restart', 'web')).body).toMatchObject({ ok: true, state: 'running' });
  const look = async () => (await readStats({ path })).vassals.find(({ id }) => id === 'web.ini');
  // What was made for the question before is good for a moment more.
  const after = await until('the restart', async () => ((await look())?.respawns === 1 ? look() : undefined));
  expect(after).toMatchObject({ respawns: 1, suspended: 0, attrs: { tier: '"gold"' } });
});

test('attributes are read again, and are in the status', async () => {
  const daemon = await emperor({
    files: { 'web.ini': `[emperor]\ntier = gold\n${SLEEP}` },
    args: ['--emperor-collect-attr=tier'],
  });
  const first = await daemon.running('web');
  expect(first.attributes).toEqual({ tier: 'gold' });
  daemon.put('web.ini', `[emperor]\ntier = tin\n${SLEEP}`);
  const next = await daemon.until('web', (view) => (view?.generation ?? 0) > first.generation);
  expect(next.attributes).toEqual({ tier: 'tin' });
});

test('on an abstract name, and over HTTP on a port', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const name = `tsjail-test-${process.pid}`;
  await emperor({ args: statsArgs(`@${name}`) });
  expect(await readStats({ path: `\0${name}` })).toMatchObject({ vassals: [] });
  await emperor({ args: statsArgs(`127.0.0.1:${port}`, '--stats-http') });
  const text = await readAll({ port, host: '127.0.0.1' }, 'GET / HTTP/1.0\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
  expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ blacklist: [] });
});

test('the socket is its owner’s, replaced when it is stale, respected when it is not, and gone at the end', async () => {
  const path = join(tempDirectory(), 'stats.sock');
  const killed = await emperor({ args: statsArgs(path) });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await killed.stop('SIGKILL');
  expect(existsSync(path)).toBe(true);
  const daemon = await emperor({ args: statsArgs(path) });
  expect(await refused(path)).toContain(`stats socket ${path}: process ${daemon.pid} listens there`);
  expect(await readStats({ path })).toMatchObject({ pid: daemon.pid });
  await daemon.stop();
  expect(existsSync(path)).toBe(false);
});

test('a thousand clients that never read hold up nobody', async () => {
  const path = join(tempDirectory(), 'stats.sock');
  const daemon = await emperor({ files: { 'web.ini': SLEEP }, args: statsArgs(path) });
  await daemon.running('web');
  const descriptors = () => readdirSync(`/proc/${daemon.pid}/fd`).length;
  const before = descriptors();
  const deaf: Socket[] = [];
  onTestFinished(() => deaf.forEach((socket) => void socket.destroy()));
  for (let i = 0; i < 1000; i++) {
    // Where the queue of the socket is full it is the kernel who refuses.
    const socket = await connectTo({ path }).catch(() => undefined);
    if (socket) deaf.push(socket.on('error', () => {}).pause());
  }
  const stats = await until('it is served', () => readStats({ path }).catch(() => undefined));
  expect(stats).toMatchObject({ pid: daemon.pid });
  expect(await daemon.view('web')).toMatchObject({ state: 'running' });
  await until('few are left', () => descriptors() < before + 30);
});

test('a file that is no socket is left alone', async () => {
  const path = join(tempDirectory(), 'precious');
  writeFileSync(path, 'x');
  expect(await refused(path)).toContain('something that is not a socket is there');
  expect(statSync(path).size).toBe(1);
});

test('SIGHUP moves it; what cannot be had leaves the old one', async () => {
  const root = tempDirectory();
  const config = join(root, 'emperor.ini');
  const [a = '', b = ''] = ['a', 'b'].map((name) => join(root, `${name}.sock`));
  const put = (path: string) => writeFileSync(config, `[emperor]\nemperor-stats = ${path}\n`);
  put(a);
  const daemon = await emperor({ args: ['--config', config] });
  expect(await readStats({ path: a })).toMatchObject({ vassals: [] });
  put(b);
  daemon.child.kill('SIGHUP');
  await daemon.said(/stats on .*b\.sock/);
  await until('the old one is gone', () => !existsSync(a));
  put('/nowhere/at/all.sock');
  daemon.child.kill('SIGHUP');
  await daemon.said(/stats socket \/nowhere\/at\/all\.sock: /);
  expect(await readStats({ path: b })).toMatchObject({ pid: daemon.pid });
});
