import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../src/control/listen.ts';
import { statsOf } from '../../../src/control/stats/document.ts';
import { createStatsServer, MOST_CONNECTIONS } from '../../../src/control/stats/server.ts';
import { FakeImperial, facts } from '../../helpers/imperial.ts';
import { connectTo, readAll, readStats } from '../../helpers/stats-client.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';

const DAEMON = { pid: 1, uid: 0, gid: 0, cwd: '/' };

interface Options {
  readonly document?: () => object;
  readonly http?: boolean;
  readonly deadlineMs?: number;
}

async function serve({ document = () => ({ a: 1 }), http = false, deadlineMs = 20_000 }: Options = {}) {
  const { server, close } = createStatsServer({ document, http: () => http, deadlineMs });
  const path = join(tempDirectory(), 'stats.sock');
  await listen(server, { kind: 'unix', path }, 'stats');
  onTestFinished(() => (server.listening ? close() : undefined));
  const connections = () => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n)));
  return { path, close, connections };
}

test('a document says what is so, in the keys of uWSGI', () => {
  const imperial = new FakeImperial(
    facts({ loyal: 1012.5, attributes: { 'a"b': 'c\u0000\nd' }, respawns: 2 }),
    facts({
      name: 'bad',
      state: 'backoff',
      pid: null,
      uid: null,
      gid: null,
      ready: 0,
      failures: 3,
      backoffMs: 400.2,
      firstFailure: 1003.1,
      lastFailure: 1004.9,
    }),
  );
  const made = JSON.parse(JSON.stringify(statsOf(imperial, DAEMON)));
  expect(made).toMatchObject({ version: '1.2.3', pid: 1, emperor: ['/etc/vassals'], emperor_tyrant: 0 });
  expect(made.vassals[0]).toEqual({
    id: 'web.ini',
    pid: 4711,
    born: 1001,
    last_mod: 1000,
    last_heartbeat: 0,
    loyal: 1,
    ready: 1,
    accepting: 0,
    last_loyal: 1012,
    last_ready: 1002,
    last_accepting: 0,
    first_run: 1001,
    last_run: 1001,
    cursed: 0,
    zerg: 0,
    on_demand: '',
    suspended: 0,
    adopted: 0,
    uid: 33,
    gid: 33,
    monitor: '/etc/vassals',
    attrs: { 'a"b': 'c\u0000\nd' },
    respawns: 2,
  });
  expect(made.vassals[1]).toMatchObject({ pid: -1, uid: -1, gid: -1, ready: 0 });
  expect(made.blacklist).toEqual([
    { id: 'bad.ini', throttle_level: 400, attempt: 3, first_attempt: 1003, last_attempt: 1004 },
  ]);
});

test('one document for each connection, then the end', async () => {
  const { path } = await serve();
  expect(await readStats({ path })).toEqual({ a: 1 });
  expect(await readStats({ path })).toEqual({ a: 1 });
});

test('what a client sends unasked takes nothing away', async () => {
  const big = { text: 'x'.repeat(4 * 1024 * 1024) };
  const { path } = await serve({ document: () => big });
  const text = await readAll({ path }, 'GET / HTTP/1.0\r\n\r\n'.repeat(1000));
  expect(JSON.parse(text)).toEqual(big);
});

test('over HTTP the request is waited for', async () => {
  const { path, connections } = await serve({ http: true });
  const silent = await connectTo({ path });
  onTestFinished(() => void silent.destroy());
  let heard = '';
  silent.on('data', (part) => {
    heard += part;
  });
  const text = await readAll({ path }, 'GET / HTTP/1.0\r\n\r\n');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head.split('\r\n')).toContain('HTTP/1.0 200 OK');
  expect(JSON.parse(body)).toEqual({ a: 1 });
  expect(heard).toBe('');
  await until('only the silent one is left', async () => (await connections()) === 1);
});

test('a thousand who never read: few are kept, the document is made few times, and who reads is served', async () => {
  let made = 0;
  const big = { text: 'x'.repeat(1024 * 1024) };
  const document = () => {
    made++;
    return big;
  };
  const { path, connections } = await serve({ document });
  const deaf: Socket[] = [];
  onTestFinished(() => deaf.forEach((socket) => void socket.destroy()));
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 1000; i++) {
    const socket = await connectTo({ path });
    socket.on('error', () => {});
    socket.pause();
    deaf.push(socket);
  }
  await until('few are left', async () => (await connections()) <= MOST_CONNECTIONS);
  expect(made).toBeLessThan(200);
  expect(await readStats({ path })).toEqual(big);
  // A copy for each would be four times as much.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 1024 * 1024);
});

test('who does not read is left after a while', async () => {
  const document = () => ({ text: 'x'.repeat(4 * 1024 * 1024) });
  const { path, connections } = await serve({ document, deadlineMs: 50 });
  const deaf = await connectTo({ path });
  onTestFinished(() => void deaf.destroy());
  deaf.pause();
  await until('the connection is gone', async () => (await connections()) === 0);
});

test('its end ends the connections too', async () => {
  const { path, close } = await serve({ http: true });
  const waiting = await connectTo({ path });
  const gone = once(waiting, 'close');
  waiting.resume();
  await close();
  await gone;
});

test('an address that is taken says so', async () => {
  const { path } = await serve();
  const wanted = listen(createServer(), { kind: 'unix', path }, `stats socket ${path}`);
  await expect(wanted).rejects.toThrow(/^stats socket .*EADDRINUSE/);
});
