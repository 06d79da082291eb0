import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MOST_UNREAD } from '../../../src/control/event-stream.ts';
import { serveControl } from '../../../src/control/server.ts';
import { doorSystem } from '../../helpers/door-system.ts';
import { FakeEmperor, line, view } from '../../helpers/fake-emperor.ts';
import { faultsOf } from '../../helpers/metrics-lint.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';

const OWN_UID = process.getuid?.() ?? 0;

async function serve(
  emperor = new FakeEmperor(view()),
  peerUid = OWN_UID,
  path = join(tempDirectory(), 'control.sock'),
) {
  const peerCredentials = (fd: number) => {
    expect(fd).toBeGreaterThan(2);
    return { pid: 4711, uid: peerUid };
  };
  const server = await serveControl(emperor, {
    path,
    system: doorSystem(peerCredentials),
    daemonUid: OWN_UID,
  });
  onTestFinished(() => server.close());
  return { emperor, path, server };
}

async function open(socketPath: string, method: string, path: string): Promise<IncomingMessage> {
  const call = request({ socketPath, method, path, agent: false });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return response;
}

async function ask(socketPath: string, path: string, method = 'GET') {
  const response = await open(socketPath, method, path);
  let text = '';
  for await (const part of response) text += part;
  const { 'content-type': type } = response.headers;
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    body: type === 'application/json' ? JSON.parse(text) : null,
  };
}

/** A stream of events, as text that grows. */
async function listen(socketPath: string, path: string) {
  const response = await open(socketPath, 'GET', path);
  const heard = { text: '', ended: false, response };
  response.on('data', (part: Buffer) => {
    heard.text += part.toString();
  });
  response.on('end', () => {
    heard.ended = true;
  });
  response.on('error', () => {});
  return heard;
}

describe('routes', () => {
  test('version, list and status', async () => {
    const emperor = new FakeEmperor(view(), view({ name: 'a b/c' }));
    emperor.ring.push(line('last words'));
    const { path } = await serve(emperor);
    expect((await ask(path, '/v1/version')).body).toEqual({
      version: '1.2.3',
      schema: 1,
      pid: process.pid,
      reexecs: 0,
    });
    expect((await ask(path, '/v1/vassals')).body).toEqual(emperor.vassals);
    const status = await ask(path, '/v1/vassals/a%20b%2Fc');
    expect(status.body).toEqual(await emperor.status('a b/c'));
  });

  test('a list is sent while it is made, an element a line', async () => {
    const emperor = new FakeEmperor();
    const made: string[] = [];
    let goOn = () => {};
    const second = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    emperor.list = async function* () {
      yield [view({ name: 'a' }), view({ name: 'b', statusText: ',\n' })];
      await second;
      made.push('second');
      yield [view({ name: 'c' })];
    };
    const { path } = await serve(emperor);
    const heard = await listen(path, '/v1/vassals');
    await until('the first part', () => heard.text.split('\n').length === 2);
    expect(made).toEqual([]);
    expect(heard.ended).toBe(false);
    goOn();
    await until('its end', () => heard.ended);
    const names = (JSON.parse(heard.text) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(heard.text.split('\n')).toHaveLength(4);
  });

  test('a list that fails is an error, and no list that looks like a whole one', async () => {
    const emperor = new FakeEmperor();
    const { path } = await serve(emperor);
    expect((await ask(path, '/v1/vassals')).text).toBe('[]\n');
    // biome-ignore lint/correctness/useYield: nothing comes of it
    emperor.list = async function* () {
      throw new Error('EIO');
    };
    expect(await ask(path, '/v1/vassals')).toMatchObject({
      status: 500,
      body: { error: { message: 'EIO' } },
    });
    emperor.list = async function* () {
      yield [view()];
      throw new Error('EIO');
    };
    await expect(ask(path, '/v1/vassals')).rejects.toThrow('aborted');
  });

  test('what a table shows, without the rest', async () => {
    const emperor = new FakeEmperor(view({ lastExit: null, sockets: ['tcp:80'] }), view({ name: 'b' }));
    const { path } = await serve(emperor);
    const { body } = await ask(path, '/v1/vassals?brief=1');
    expect(emperor.vassals).toMatchObject(body);
    expect(Object.keys(body[0])).toEqual([
      'name',
      'source',
      'state',
      'pid',
      'restarts',
      'enabled',
      'since',
      'lastExit',
      'waitingFor',
      'statusText',
      'nextStart',
      'error',
      'sockets',
      'memoryBytes',
      'cpuUsec',
    ]);
  });

  test('actions: done, failed, broken', async () => {
    const { emperor, path } = await serve(
      new FakeEmperor(view(), view({ name: 'api' }), view({ name: 'odd' })),
    );
    emperor.results.set('api', { name: 'api', ok: false, state: 'backoff', message: 'exited with code 3' });
    emperor.results.set('odd', new Error('EIO: cgroup'));
    for (const verb of ['start', 'stop', 'restart', 'reload']) {
      const { status, body } = await ask(path, `/v1/vassals/web/${verb}`, 'POST');
      expect([status, body.ok]).toEqual([200, true]);
    }
    const failed = await ask(path, '/v1/vassals/api/start', 'POST');
    expect([failed.status, failed.body.message]).toEqual([409, 'exited with code 3']);
    const broken = await ask(path, '/v1/vassals/odd/start', 'POST');
    expect([broken.status, broken.body.error]).toEqual([500, { code: 'internal', message: 'EIO: cgroup' }]);
    expect(emperor.asked).toEqual([
      'start web',
      'stop web',
      'restart web',
      'reload web',
      'start api',
      'start odd',
    ]);
  });

  test('logs', async () => {
    const { emperor, path } = await serve();
    for (let index = 0; index < 150; index++) emperor.ring.push(line(`${index}`));
    expect((await ask(path, '/v1/vassals/web/logs?n=2')).body).toEqual([line('148'), line('149')]);
    expect((await ask(path, '/v1/vassals/web/logs')).body).toHaveLength(100);
    expect((await ask(path, '/v1/vassals/web/logs?n=-1')).status).toBe(400);
    expect((await ask(path, '/v1/vassals/web/logs?n=1e9')).status).toBe(400);
  });

  test.each(['', '/start', '/logs', '/logs?follow=1'])('an unknown vassal is 404: %s', async (rest) => {
    const { path } = await serve();
    const { status, body } = await ask(path, `/v1/vassals/nobody${rest}`, rest === '/start' ? 'POST' : 'GET');
    expect(status).toBe(404);
    expect(body.error).toEqual({ code: 'no-such-vassal', message: 'no such vassal: nobody' });
  });

  test.each([
    ['GET', '/v1/nothing', 404],
    ['GET', '/nothing', 404],
    ['GET', '/v1/vassals/a/b/c', 404],
    ['POST', '/v1/vassals/web/destroy', 404],
    ['GET', '/v1/vassals/%ff', 400],
  ])('%s %s is %i', async (method, target, status) => {
    const { path } = await serve();
    expect((await ask(path, target, method)).status).toBe(status);
  });

  test.each([
    ['GET', '/v1/vassals/web/start', 'POST'],
    ['POST', '/v1/vassals', 'GET'],
    ['DELETE', '/v1/vassals/web', 'GET'],
  ])('%s %s is not allowed', async (method, target, allowed) => {
    const { emperor, path } = await serve();
    const { status, headers } = await ask(path, target, method);
    expect([status, headers.allow]).toEqual([405, allowed]);
    expect(emperor.asked).toEqual([]);
  });

  test('metrics', async () => {
    const odd = view({ name: 'a"b\\c', state: 'backoff', memoryBytes: null, restarts: 7, cpuUsec: null });
    const { path } = await serve(new FakeEmperor(view(), odd));
    const { text, headers } = await ask(path, '/metrics');
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(text).toContain('tsjail_vassal_up{vassal="web"} 1\ntsjail_vassal_up{vassal="a\\"b\\\\c"} 0\n');
    expect(text).toContain('tsjail_vassal_restarts_total{vassal="a\\"b\\\\c"} 7\n');
    expect(text).toContain('tsjail_vassal_cpu_seconds_total{vassal="web"} 1.2\n');
    expect(text).toContain('tsjail_vassal_state{vassal="a\\"b\\\\c",state="backoff"} 1\n');
    expect(text.match(/tsjail_vassal_memory_bytes\{/g)).toHaveLength(1);
    expect(faultsOf(text)).toEqual([]);
  });
});

describe('streams', () => {
  test('events come as they happen, and the listener goes with the reader', async () => {
    const { emperor, path } = await serve();
    const heard = await listen(path, '/v1/events');
    emperor.happen({ event: 'exit', message: 'exited with code 3' });
    emperor.happen({ event: 'added', vassal: 'api' });
    await until('both events', () => heard.text.includes('api'));
    expect(heard.text).toMatch(
      /^event: exit\ndata: \{.*"exited with code 3".*\}\n\nevent: added\ndata: \{.*\}\n\n$/,
    );
    heard.response.destroy();
    await until('no listener', () => emperor.listeners === 0);
  });

  test('who was away gets what came meanwhile, and is told of what is not to be had', async () => {
    const { emperor, path } = await serve();
    emperor.happen({ vassal: 'one' });
    const heard = await listen(path, '/v1/events');
    expect(heard.response.headers['x-tsjail-after']).toBe('1');
    heard.response.destroy();
    emperor.happen({ vassal: 'two' });
    const again = await listen(path, '/v1/events?after=1');
    emperor.happen({ vassal: 'three' });
    await until('both', () => again.text.includes('three'));
    expect(again.text).toMatch(
      /^event: state\ndata: \{[^\n]*"two"[^\n]*"seq":2\}\n\nevent: state\ndata: \{[^\n]*"three"[^\n]*\n\n$/,
    );
    const late = await listen(path, '/v1/events?after=999');
    await until('all that there is', () => late.text.includes('three'));
    expect(late.text).toMatch(/^event: missed\ndata: \{"count":null\}\n\nevent: state\n.*"one"/);
    expect((await ask(path, '/v1/events?after=x')).status).toBe(400);
    for (const { response } of [again, late]) response.destroy();
  });

  test('logs that are followed begin with the last lines and end with the vassal', async () => {
    const { emperor, path } = await serve();
    emperor.ring.push(line('old'), line('newer'));
    const heard = await listen(path, '/v1/vassals/web/logs?n=1&follow=1');
    emperor.say(line('newest'));
    emperor.happen({ event: 'removed', vassal: 'other' });
    emperor.happen({ event: 'removed' });
    await until('the end', () => heard.ended);
    const texts = [...heard.text.matchAll(/^event: (\w+)\ndata: (.*)\n$/gm)].map(([, event, data]) => [
      event,
      JSON.parse(data ?? ''),
    ]);
    expect(texts).toEqual([
      ['line', line('newer')],
      ['line', line('newest')],
      ['gone', { vassal: 'web' }],
    ]);
    await until('no listener', () => emperor.listeners === 0);
  });

  test('a reader that does not read costs little and is told what it missed', async () => {
    const { emperor, path } = await serve();
    const response = await open(path, 'GET', '/v1/vassals/web/logs?follow=1');
    const long = line('x'.repeat(1000));
    const sent = Math.ceil((20 * MOST_UNREAD) / 1000);
    const before = process.memoryUsage().rss;
    for (let index = 0; index < sent; index++) emperor.say(long);
    expect(process.memoryUsage().rss - before).toBeLessThan(16 * MOST_UNREAD);
    let text = '';
    response.on('data', (part: Buffer) => {
      text += part.toString();
    });
    await until('the count', () => text.includes('event: dropped'));
    const dropped = Number(/event: dropped\ndata: \{"count":(\d+)\}/.exec(text)?.[1]);
    expect(dropped + (text.match(/event: line/g)?.length ?? 0)).toBe(sent);
    expect(dropped).toBeGreaterThan(sent / 2);
    response.destroy();
  });

  test('close ends the streams', async () => {
    const { path, server } = await serve();
    const heard = await listen(path, '/v1/events');
    await server.close();
    await until('the end', () => heard.response.closed);
  });
});

describe('who may ask', () => {
  test('a peer that is neither root nor the user of the daemon is refused', async () => {
    const { emperor, path } = await serve(undefined, OWN_UID + 12345);
    const { status, body } = await ask(path, '/v1/vassals/web/stop', 'POST');
    expect([status, body.error.code]).toEqual([403, 'forbidden']);
    expect(emperor.asked).toEqual([]);
  });

  test('root is always let in', async () => {
    const { path } = await serve(undefined, 0);
    expect((await ask(path, '/v1/version')).status).toBe(200);
  });

  test('the socket is for its owner alone, whatever the umask', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { path } = await serve();
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(process.umask(0)).toBe(0);
  });
});

describe('the path', () => {
  test('a live daemon is respected', async () => {
    const { path } = await serve();
    await expect(serve(undefined, undefined, path)).rejects.toThrow(
      `another tsjail holds ${path} (pid 4711)`,
    );
    expect((await ask(path, '/v1/version')).status).toBe(200);
  });

  test('what a killed daemon left is removed', async () => {
    const path = join(tempDirectory(), 'control.sock');
    const child: ChildProcess = spawn(
      process.execPath,
      ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(lstatSync(path).isSocket()).toBe(true);
    await serve(undefined, undefined, path);
    expect((await ask(path, '/v1/version')).status).toBe(200);
  });

  test('a missing directory is made, the socket goes with the server', async () => {
    const path = join(tempDirectory(), 'run', 'tsjail', 'control.sock');
    const { server } = await serve(undefined, undefined, path);
    await server.close();
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('a file in its place is not touched', async () => {
    const path = join(tempDirectory(), 'control.sock');
    writeFileSync(path, 'precious');
    await expect(serve(undefined, undefined, path)).rejects.toThrow('not a socket');
    expect(lstatSync(path).size).toBe(8);
  });

  test('a path that is too long, or where nothing can be made, is told', async () => {
    const directory = tempDirectory();
    await expect(serve(undefined, undefined, join(directory, 'x'.repeat(108)))).rejects.toThrow(
      'longer than 107 bytes',
    );
    mkdirSync(join(directory, 'socket'));
    await expect(serve(undefined, undefined, join(directory, 'socket'))).rejects.toThrow('not a socket');
    await expect(serve(undefined, undefined, '/proc/none/control.sock')).rejects.toThrow(/ENOENT/);
  });
});

test('garbage on the socket harms nobody', async () => {
  const { path } = await serve();
  const socket = connect(path);
  socket.on('error', () => {});
  socket.resume();
  socket.end('\x00\x01 garbage\r\n\r\n');
  await once(socket, 'close');
  expect((await ask(path, '/v1/version')).status).toBe(200);
});

describe('before a re-exec', () => {
  const QUESTION = 'GET /v1/version HTTP/1.1\r\nHost: a\r\n\r\n';

  async function connected(path: string) {
    const socket = connect(path);
    const heard = { text: '' };
    socket.on('data', (part: Buffer) => {
      heard.text += part.toString();
    });
    const gone = once(socket, 'close');
    await once(socket, 'connect');
    return { socket, heard, gone };
  }

  test('who has connected and not asked yet is answered, who might ask again over the same connection is not kept', async () => {
    const { path, server } = await serve();
    const kept = await connected(path);
    kept.socket.write(QUESTION);
    await until('an answer', () => kept.heard.text.includes('"version"'));
    const fresh = await connected(path);
    await until('both inside', () => !server.isQuiet);
    server.cut();
    // Node itself would close it after five seconds.
    await until('it is hung up', () => kept.socket.destroyed, 3000);
    fresh.socket.write(QUESTION);
    await until('an answer', () => fresh.heard.text.includes('"version"'));
    await until('quiet', () => server.isQuiet);
    fresh.socket.destroy();
    await fresh.gone;
  });
});
