// Raw bytes to the sockets that answer: whatever somebody sends, in whatever pieces, the next one who asks is answered.

import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../src/control/listen.ts';
import { serveControl } from '../../../src/control/server.ts';
import { createStatsServer, MOST_CONNECTIONS } from '../../../src/control/stats/server.ts';
import { doorSystem } from '../../helpers/door-system.ts';
import { FakeEmperor, view } from '../../helpers/fake-emperor.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';
import { PATIENCE_MS, runs } from './budget.ts';
import { damagedBytes } from './damage.ts';

const MIB = 1024 * 1024;
const HOST = 'Host: tsjail\r\n';
const GOOD = [
  `GET /v1/vassals HTTP/1.1\r\n${HOST}\r\n`,
  `GET /v1/vassals/web/logs?n=2&follow=1 HTTP/1.1\r\n${HOST}\r\n`,
  `POST /v1/vassals/web/stop HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`,
  `POST /v1/vassals/web/start HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `GET /v1/events HTTP/1.1\r\n${HOST}\r\n`,
  `GET /metrics HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  `GET /v1/version HTTP/1.1\r\n${HOST}\r\n`.repeat(20),
  `GET /v1/vassals/%E0%A4%A HTTP/1.1\r\n${HOST}\r\n`,
  `GET /v1/version HTTP/1.1\r\n${HOST}X: ${'a'.repeat(40_000)}\r\n\r\n`,
  `GET ${'/a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
].map((text) => Buffer.from(text));

async function serveHttp(): Promise<string> {
  const path = join(tempDirectory(), 'control.sock');
  const uid = process.getuid?.() ?? 0;
  const peerCredentials = () => ({ pid: 4711, uid });
  const server = await serveControl(new FakeEmperor(view()), {
    path,
    system: doorSystem(peerCredentials),
    daemonUid: uid,
  });
  onTestFinished(() => server.close());
  return path;
}

async function statusOf(socketPath: string): Promise<number | undefined> {
  const call = request({ socketPath, path: '/v1/version', agent: false });
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  return response.statusCode;
}

/** Who goes on when the other side has had enough is told so; that is all right. */
async function meet(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.resume();
  return socket;
}

/** All of it is the kernel's, or refused. */
function written(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}

test(
  'the control socket answers whoever comes after any bytes at all',
  async () => {
    const path = await serveHttp();
    const before = process.memoryUsage().rss;
    await fc.assert(
      fc.asyncProperty(damagedBytes(GOOD), fc.nat({ max: 3 }), fc.boolean(), async (bytes, cuts, ends) => {
        const socket = await meet(path);
        const size = Math.ceil(bytes.length / (cuts + 1)) || 1;
        for (let at = 0; at < bytes.length; at += size) await written(socket, bytes.subarray(at, at + size));
        if (ends) socket.end();
        expect(await statusOf(path)).toBe(200);
        socket.destroy();
      }),
      runs(120),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
  },
  PATIENCE_MS,
);

test(
  'hundreds who begin and never end hold nobody up',
  async () => {
    const path = await serveHttp();
    const all = await Promise.all(Array.from({ length: 300 }, () => meet(path)));
    for (const [index, socket] of all.entries())
      socket.write(`GET /v1/vassals HTTP/1.1\r\n${HOST}X-${index}: `);
    expect(await statusOf(path)).toBe(200);
    for (const socket of all) socket.destroy();
    expect(await statusOf(path)).toBe(200);
  },
  PATIENCE_MS,
);

test.each([true, false])(
  'stats (over HTTP: %s): a bounded number of those who send anything and read nothing',
  async (http) => {
    const { server, close } = createStatsServer({
      document: () => ({ a: 'b'.repeat(100_000) }),
      http: () => http,
      deadlineMs: 20_000,
    });
    const path = join(tempDirectory(), 'stats.sock');
    await listen(server, { kind: 'unix', path }, 'stats');
    onTestFinished(close);
    const connections = () =>
      new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    await fc.assert(
      fc.asyncProperty(damagedBytes(GOOD), async (bytes) => {
        const socket = await meet(path);
        socket.pause();
        await written(socket, bytes);
        expect(await connections()).toBeLessThanOrEqual(MOST_CONNECTIONS + 1);
      }),
      runs(60),
    );
    const last = connect(path);
    let text = '';
    last.on('data', (part: Buffer) => {
      text += part.toString();
    });
    last.write('GET / HTTP/1.0\r\n\r\n');
    await until('it is answered', () => /"a": *"b/.test(text));
  },
  PATIENCE_MS,
);
