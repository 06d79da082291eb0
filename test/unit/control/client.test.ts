// What the command line does while a daemon's program is replaced: it waits for the new one, but not for ever.
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ControlClient, ControlError } from '../../../src/control/client.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const PATIENCE_MS = 400;
const REFUSAL = JSON.stringify({ error: { code: 'replaced', message: 'ask again' } });
const VERSION = JSON.stringify({ version: '1', schema: 1, pid: 1, reexecs: 1 });

async function clientOf(answer: RequestListener): Promise<ControlClient> {
  const path = join(tempDirectory(), 's');
  const server = createServer(answer).listen(path);
  await new Promise((resolve) => server.on('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new ControlClient(path);
}

async function failureOf(asked: Promise<unknown>): Promise<[string, string]> {
  const error = await asked.then(
    () => new Error('it was answered'),
    (thrown: Error) => thrown,
  );
  return [error instanceof ControlError ? error.kind : '', error.message];
}

test('the new code is asked, when it answers', async () => {
  const asked: string[] = [];
  const client = await clientOf((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/stop') return void response.writeHead(503).end(REFUSAL);
    response.end(request.url === '/v1/version' ? VERSION : '"stopped"');
  });
  expect(await client.postOn('/stop', '/again', PATIENCE_MS)).toBe('stopped');
  expect(asked).toEqual(['POST /stop', 'GET /v1/version', 'POST /again']);
});

test('whom the old code hangs up on asks again', async () => {
  let asked = 0;
  const client = await clientOf((request, response) => {
    if (++asked < 3) request.socket.destroy();
    else response.end(VERSION);
  });
  expect(await client.replaced(performance.now() + 5000)).toMatchObject({ reexecs: 1 });
});

test('so does who only looks; one that is gone is not waited for', async () => {
  let asked = 0;
  const client = await clientOf((request, response) => {
    if (++asked === 1) request.socket.destroy();
    else response.end('[]');
  });
  expect(await client.get('/v1/vassals')).toEqual([]);
  const gone = await clientOf((request) => void request.socket.destroy());
  expect((await failureOf(gone.get('/v1/vassals')))[0]).toBe('unreachable');
});

test.each([
  ['never answers', () => {}],
  ['hangs up for ever', (request) => void request.socket.destroy()],
  ['never gives way', (_request, response) => void response.end(VERSION)],
] satisfies [string, RequestListener][])('one that %s is given up', async (_name, later) => {
  const client = await clientOf((request, response) => {
    if (request.method === 'POST') response.writeHead(503).end(REFUSAL);
    else later(request, response);
  });
  const begun = performance.now();
  const [kind, message] = await failureOf(client.postOn('/stop', '/stop', PATIENCE_MS));
  expect(kind).toBe('unreachable');
  expect(message).toMatch(/the new one does not answer: see the daemon's log/);
  expect(performance.now() - begun).toBeLessThan(PATIENCE_MS + 5000);
});

test('a long list is read while it comes, wherever it is cut', async () => {
  const texts = ['plain', '], [', 'a,\n{b', 'ä€😀'];
  const list = texts.map((text, index) => ({ index, text }));
  const bytes = Buffer.from(`[${list.map((each) => JSON.stringify(each)).join(',\n')}]\n`);
  const client = await clientOf(async (request, response) => {
    const step = Number(request.url?.slice(1));
    for (let at = 0; at < bytes.length; at += step) {
      response.write(bytes.subarray(at, at + step));
      await new Promise(setImmediate);
    }
    response.end();
  });
  for (const step of [1, 2, 7, bytes.length]) expect(await client.get(`/${step}`)).toEqual(list);
});

test('what is no answer of ours, or ends too early, is told', async () => {
  const odd = await clientOf((_, response) => void response.end('[{"name":"a"},\n{"name":]\n'));
  expect(await failureOf(odd.get('/v1/vassals'))).toEqual([
    'refused',
    'not an answer of tsjail (status 200)',
  ]);
  const cut = await clientOf((request, response) => {
    response.write('[{"name":"a"},\n', () => request.socket.destroy());
  });
  await expect(cut.post('/v1/vassals')).rejects.toMatchObject({ code: 'ECONNRESET' });
});
