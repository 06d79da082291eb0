// The control centre over HTTP as those see it who should not: other sites, guessers, readers of secrets.
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BEARER, centre, freePort, type TestCentre, TOKEN } from '../helpers/centre.ts';
import { MAIN } from '../helpers/cli.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = vassal('command = sleep 1000');
const WITH_TOKEN = `--http-token=${TOKEN}`;
const MARK = { 'x-tsjail': '1' };
const STOP = '/v1/vassals/a/stop';

test('without a token it is there to be looked at', async () => {
  const { daemon, centre: page } = await centre({ files: { 'a.ini': SLEEP } });
  await daemon.running('a');
  expect((await page.ask('/v1/vassals')).text).toContain('"name":"a"');
  const refused = await page.ask(STOP, MARK, 'POST');
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('without http-token')]);
  expect((await daemon.view('a'))?.state).toBe('running');
  expect(daemon.output).toMatch(/every user and every vassal of this machine/);
});

test('who has the token may act, and the log says from where', async () => {
  const { daemon, centre: page } = await centre({ files: { 'a.ini': SLEEP } }, WITH_TOKEN);
  await daemon.running('a');
  for (const path of [
    '/v1/vassals',
    '/v1/events',
    '/v1/overview',
    '/metrics',
    '/v1/vassals/a/logs',
    '/nothing',
  ])
    expect((await page.ask(path)).status).toBe(401);
  expect((await page.ask(STOP, MARK, 'POST')).status).toBe(401);
  expect((await page.ask(STOP, BEARER, 'POST')).status).toBe(200);
  expect((await daemon.view('a'))?.state).toBe('stopped');
  await daemon.said(/a: stop: asked for over HTTP from 127\.0\.0\.1/);
});

test('read only is read only, also with the token', async () => {
  const { centre: page } = await centre({ files: { 'a.ini': SLEEP } }, WITH_TOKEN, '--http-read-only');
  expect((await page.ask(STOP, BEARER, 'POST')).status).toBe(403);
  expect((await page.ask('/metrics', BEARER)).status).toBe(200);
});

describe('a login', () => {
  const login = (page: TestCentre, token: string, headers = {}) =>
    page.ask('/v1/login', { ...MARK, ...headers }, 'POST', JSON.stringify({ token }));

  test('gives a cookie that holds, and that a logout takes back', async () => {
    const { centre: page } = await centre({ files: { 'a.ini': SLEEP } }, WITH_TOKEN);
    const { status, headers } = await login(page, TOKEN);
    const [cookie = ''] = headers['set-cookie'] as string[];
    expect(status).toBe(200);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await page.ask('/v1/vassals', session)).status).toBe(200);
    // The cookie alone is what another site's page could send.
    expect((await page.ask(STOP, session, 'POST')).status).toBe(403);
    expect((await page.ask(STOP, { ...session, ...MARK }, 'POST')).status).toBe(200);
    const out = await page.ask('/v1/logout', { ...session, ...MARK }, 'POST');
    expect(String(out.headers['set-cookie'])).toMatch(/Max-Age=0/);
  });

  test('with another token does not, and guessing is slow', async () => {
    const { daemon, centre: page } = await centre({}, WITH_TOKEN);
    const statuses: number[] = [];
    for (let count = 0; count < 7; count++) statuses.push((await login(page, `wrong-token-${count}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    // The right one has to wait too: else one could guess on.
    const right = await login(page, TOKEN);
    expect([right.status, Number(right.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    expect((await page.ask('/v1/vassals', { authorization: 'Bearer wrong-token-0' })).status).toBe(429);
    await daemon.said(/a wrong token from 127\.0\.0\.1 \(4 in a row\)/);
    await until('the wait is over', async () => (await login(page, TOKEN)).status === 200);
  });

  test('of another form is none', async () => {
    const { centre: page } = await centre({}, WITH_TOKEN);
    for (const body of ['', '{}', '{"token":1}', 'null', 'x'.repeat(5000)])
      expect((await page.ask('/v1/login', MARK, 'POST', body)).status).toBe(400);
  });
});

describe('other sites', () => {
  test('cannot give our address a name of theirs', async () => {
    const { centre: page } = await centre({}, '--http-host=centre.example');
    for (const path of ['/', '/v1/vassals', '/metrics'])
      expect((await page.ask(path, { host: `evil.example:${page.port}` })).status).toBe(403);
    expect((await page.ask('/v1/vassals', { host: 'centre.example' })).status).toBe(200);
  });

  test('cannot have a browser of ours act for them', async () => {
    const { daemon, centre: page } = await centre({ files: { 'a.ini': SLEEP } }, '--http-read-only=false');
    await daemon.running('a');
    const evil = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    for (const headers of [{}, evil, { ...MARK, ...evil }, { ...MARK, origin: 'null' }])
      expect((await page.ask(STOP, headers, 'POST')).status).toBe(403);
    const preflight = await page.ask(STOP, { ...evil, 'access-control-request-method': 'POST' }, 'OPTIONS');
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    for (const path of [STOP, '/v1/vassals/a/restart']) expect((await page.ask(path)).status).toBe(405);
    expect((await page.ask('/v1/events', evil)).status).toBe(403);
    expect(await daemon.view('a')).toMatchObject({ state: 'running', generation: 1 });
    expect((await page.ask(STOP, MARK, 'POST')).status).toBe(200);
  });
});

test('nothing but its own files is served', async () => {
  const { centre: page } = await centre({}, WITH_TOKEN);
  for (const path of [
    '/page/../package.json',
    '/page/%2e%2e/package.json',
    '/page/..%2fpackage.json',
    '/page//etc/passwd',
    '/page/tsconfig.json',
    '/page/',
    '//page/main.js',
    '/page/main.js/..',
    '/page/main.js%00',
  ])
    expect((await page.ask(path, BEARER)).status).toBe(404);
  const main = await page.ask('/page/main.js');
  expect(main.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  expect((await page.ask('/page/main.js', { 'if-none-match': String(main.headers.etag) })).status).toBe(304);
  const html = (await page.ask('/')).text;
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:\/\//);
});

test('a request that is too big is refused', async () => {
  const { centre: page } = await centre({}, WITH_TOKEN);
  expect((await page.ask('/', { 'x-much': 'x'.repeat(10_000) })).status).toBe(431);
  expect((await page.ask(`/${'x'.repeat(10_000)}`)).status).toBe(431);
});

test('who connects and says nothing makes room for others', async () => {
  const { centre: page } = await centre({});
  const silent = Array.from({ length: 80 }, () => connect(page.port, '127.0.0.1'));
  for (const socket of silent) socket.on('error', () => {});
  await until('the first ones are gone', () => silent.filter(({ destroyed }) => destroyed).length >= 16);
  expect((await page.ask('/v1/session')).status).toBe(200);
  for (const socket of silent) socket.destroy();
});

test('no secret of a vassal is in any answer', async () => {
  const canary = (where: string) => `canary-${where}-4711`;
  const file = join(tempDirectory(), 'web.env');
  writeFileSync(file, `FROM_FILE=${canary('file')}\n`);
  const files = {
    'web.ini': vassal(
      'command = sleep 1000',
      `env = SECRET=${canary('env')}`,
      `env-file = ${file}`,
      `x-pass = ${canary('placeholder')}`,
      'env = OTHER=%(x-pass)',
      `; env = OLD=${canary('comment')}`,
      `hook-as-user = putenv:HOOK=${canary('hook')}`,
      `hook-as-user = !exec:true ${canary('hidden')}`,
    ),
    'bad.ini': vassal('command = sleep 1000', `env = ${canary('bad')}`, `evn = A=${canary('misspelt')}`),
    'dies.ini': vassal('command = sleep 1', `env = A=${canary('dies')}`, `chdir = /${canary('dies')}`),
  };
  const env = { TSJAIL_CANARY: canary('inherited') };
  const { daemon, centre: page } = await centre({ files, env }, WITH_TOKEN);
  await daemon.running('web');
  await daemon.until('dies', (view) => view?.lastExit != null);
  await daemon.until('bad', (view) => view?.state === 'invalid');
  const names = ['web', 'bad', 'dies'];
  const paths = [
    ...['/', '/v1/version', '/v1/session', '/v1/vassals', '/v1/troubles', '/v1/overview', '/metrics'],
    ...names.flatMap((name) =>
      ['', '/logs?n=1000', '/config', '/plan'].map((rest) => `/v1/vassals/${name}${rest}`),
    ),
  ];
  for (const path of paths) {
    const { status, text } = await page.ask(path, BEARER);
    expect([path, status]).toEqual([path, 200]);
    expect([path, /canary-\w+-4711/.exec(text)?.[0]]).toEqual([path, undefined]);
    expect(text).not.toContain(TOKEN);
  }
  const acted = await page.ask('/v1/vassals/bad/start', BEARER, 'POST');
  expect(acted.text).not.toContain('canary');
  const config = (await page.ask('/v1/vassals/web/config', BEARER)).text;
  expect(config).toContain('env = SECRET=•••');
  // The console is root's.
  expect(JSON.stringify((await daemon.call('GET', '/v1/vassals/bad')).body)).toContain(canary('bad'));
});

describe('a config that is not to be', () => {
  const refusal = (...lines: string[]) => {
    const root = tempDirectory();
    const config = join(root, 'emperor.ini');
    writeFileSync(config, ['[emperor]', `emperor = ${root}`, ...lines, ''].join('\n'));
    const args = [MAIN, 'emperor', '--config', config, '--control', join(root, 'control.sock')];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    return { status, text: stderr.replaceAll(`${root}/`, '') };
  };

  test('open to the network without a token', () => {
    const { status, text } = refusal('http = 0.0.0.0:9190');
    expect(status).toBe(2);
    expect(text).toMatch(/^emperor\.ini:3:8: error: .*needs `http-token`/);
  });

  test('a token that is not there, or too short', async () => {
    const port = await freePort();
    const at = `http = 127.0.0.1:${port}`;
    expect(refusal(at, 'http-token = @nowhere').text).toMatch(
      /emperor\.ini:4:\d+: http-token: nowhere: ENOENT \(no such file\)/,
    );
    expect(refusal(at, 'http-token = short').text).toMatch(
      /^emperor\.ini:4:14: error: a token has at least 16/,
    );
  });
});

test('a token in a file, and a new one with a reload', async () => {
  const root = tempDirectory();
  const file = join(root, 'token');
  writeFileSync(file, `${TOKEN}\nmore\n`);
  chmodSync(file, 0o644);
  const { daemon, centre: page } = await centre({}, `--http-token=@${file}`);
  expect((await page.ask('/v1/vassals', BEARER)).status).toBe(200);
  await daemon.said(/everybody may read it: chmod 600/);
  writeFileSync(file, 'another-token-of-length\n');
  daemon.child.kill('SIGHUP');
  await daemon.said(/config read again/);
  expect((await page.ask('/v1/vassals', BEARER)).status).toBe(401);
});
