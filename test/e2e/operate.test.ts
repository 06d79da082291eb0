// What an operator sees and does, on the built daemon: top on a terminal, status in full, disable over a restart.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { PtyCall } from '../helpers/pty.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const PLAIN = '[vassal]\ncommand = sleep 1000\nclone = none\n';
const LEAVES = '\u001b[?7h\u001b[?25h\u001b[?1049l';

function top(daemon: TestEmperor, ...words: readonly string[]): PtyCall {
  const call = new PtyCall(['top', '--control', daemon.control, ...words], {
    columns: 90,
    rows: 12,
    env: { NO_COLOR: '1' },
  });
  return call;
}

test('top: rows, a filter, q; the terminal is as it was', async () => {
  const daemon = await emperor({ files: { 'web.ini': PLAIN, 'api.ini': PLAIN } });
  await daemon.running('web');
  const call = top(daemon);
  const before = call.settings();
  await call.sees(/● web +running/);
  await call.sees(/2 vassals: 2 running/);
  const seen = call.shown.length;
  call.type('n/ap\r');
  await call.sees(/filter: ap.*VASSAL▴.*● api(?!.*● web)/s, seen);
  call.type('q');
  expect((await call.exit).code).toBe(0);
  expect(call.shown.endsWith(LEAVES)).toBe(true);
  expect(call.settings()).toBe(before);
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('top gives the terminal back on %s', async (signal, code) => {
  const daemon = await emperor({ files: { 'web.ini': PLAIN } });
  const call = top(daemon);
  const before = call.settings();
  await call.sees(/● web/);
  process.kill(await call.pid(), signal);
  expect((await call.exit).code).toBe(code);
  expect(call.shown.endsWith(LEAVES)).toBe(true);
  expect(call.settings()).toBe(before);
});

test('top gives the terminal back when the daemon is gone, and says so', async () => {
  const daemon = await emperor({ files: { 'web.ini': PLAIN } });
  const call = top(daemon);
  const before = call.settings();
  await call.sees(/● web/);
  await daemon.stop();
  expect((await call.exit).code).toBe(7);
  expect(call.shown).toMatch(/\u001b\[\?1049l.*no tsjail listens on/s);
  expect(call.settings()).toBe(before);
});

test('status: limits, the line of each option, and ends that are over', async () => {
  const daemon = await emperor({
    files: {
      'common.txt': '[vassal]\numask = 027\n',
      'web.ini':
        '[vassal]\ncommand = sh -c "exit 3"\nclone = none\nenv = SECRET=hidden\ninclude = common.txt\nrestart-delay = 10ms\nstart-limit = 3\n',
    },
    args: ['--vassals-set=stop-timeout=3s'],
  });
  await daemon.until('web', (view) => view?.state === 'failed');
  const { stdout, code } = await tsjail(['status', 'web', '--control', daemon.control]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/before that:\n\S+ exited with code 3/);
  expect(stdout).toMatch(/^line 2 +command = sh -c "exit 3"$/m);
  expect(stdout).toMatch(/^line 4 +env SECRET$/m);
  expect(stdout).toMatch(/^common\.txt:2 +umask = 027$/m);
  expect(stdout).toMatch(/^<command line>:\d+ +stop-timeout = 3s$/m);
  expect(stdout).not.toContain('hidden');
  const json = JSON.parse((await tsjail(['status', 'web', '--json', '--control', daemon.control])).stdout);
  expect(json.exits.length).toBeGreaterThanOrEqual(2);
  expect(json.exits[0]).toEqual(json.lastExit);
  expect(json.settings).toContainEqual({
    option: 'umask',
    text: '027',
    file: daemon.path('common.txt'),
    line: 2,
  });
});

test('disabled: down now and in the next daemon, until it is enabled', async () => {
  const state = join(tempDirectory(), 'state');
  const vassals = join(tempDirectory(), 'vassals');
  mkdirSync(vassals);
  const start = (files: Readonly<Record<string, string>>) =>
    emperor({ files, sources: [vassals], env: { STATE_DIRECTORY: state } });
  const first = await start({});
  first.putAt(vassals, 'web.ini', PLAIN);
  await first.running('web');
  const call = (...words: readonly string[]) => tsjail([...words, '--control', first.control]);
  expect(await call('disable', 'web')).toMatchObject({ code: 0, stdout: 'web: disabled; stopped\n' });
  expect((await call('disable', 'web')).stdout).toBe('web: already disabled; already stopped\n');
  expect((await call('ls')).stdout).toMatch(/web +stopped .*disabled, down for/);
  await first.stop();
  const second = await start({});
  expect(await second.until('web', (view) => view?.state === 'stopped')).toMatchObject({ enabled: false });
  const enabled = await tsjail(['enable', 'web', '--json', '--control', second.control]);
  expect(JSON.parse(enabled.stdout)).toMatchObject({
    ok: true,
    state: 'running',
    message: expect.stringMatching(/^enabled; running, pid/),
  });
  await second.stop();
  const third = await start({});
  expect(await third.running('web')).toMatchObject({ enabled: true });
  onTestFinished(() => third.stop().then(() => {}));
});
