// vassals.example/ as `npm start` runs it: each file does what its first line says.
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const EXAMPLES = fileURLToPath(new URL('../../vassals.example', import.meta.url));

interface WebView {
  readonly hostname: string;
  readonly processes: readonly number[];
  readonly interfaces: readonly string[];
}

function governExamples(run: string): Promise<TestEmperor> {
  return emperor({ sources: [EXAMPLES], env: { TSJAIL_EXAMPLE_RUN: run } });
}

function get(socketPath: string): Promise<WebView> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve(JSON.parse(text) as WebView));
    });
    call.on('error', reject).end();
  });
}

test('web answers over its unix socket from a full jail', async () => {
  const run = tempDirectory();
  const daemon = await governExamples(run);
  await daemon.said(/listening on/);
  const seen = await get(join(run, 'web.sock'));
  expect(seen.hostname).toBe('web');
  // The init and the server, and nobody of the host.
  expect(seen.processes).toHaveLength(2);
  expect(seen.interfaces).toEqual(['lo']);
});

test('asleep is started by the first connection, in a jail without a network', async () => {
  const run = tempDirectory();
  const daemon = await governExamples(run);
  await daemon.said(/asleep: waiting on/);
  expect(await daemon.view('asleep')).toMatchObject({ state: 'waiting', pid: null });
  const seen = await get(join(run, 'asleep.sock'));
  expect(seen).toMatchObject({ hostname: 'asleep', interfaces: ['lo'] });
  await daemon.running('asleep');
});

test('hello has a hostname of its own and sees only its own processes', async () => {
  const daemon = await governExamples(tempDirectory());
  await daemon.said(/I am hello/);
  await daemon.said(/ {2}2 sh/);
  const processes = (await daemon.logs('hello')).filter((line) => /^ {2}\d+ /.test(line));
  expect(processes).toHaveLength(2);
});

test('crash is started again, ever later, and its end is told truly', async () => {
  const daemon = await governExamples(tempDirectory());
  const view = await daemon.until('crash', (each) => each?.state === 'backoff' && each.restarts > 0);
  expect(view.lastExit).toMatchObject({ code: 3, signal: null, reason: 'exit-code' });
  expect(view.nextStart).toBeGreaterThan(Date.now() / 1000);
});

test('once does its work and is not started again', async () => {
  const daemon = await governExamples(tempDirectory());
  const view = await daemon.until('once', (each) => each?.state === 'exited');
  expect(view).toMatchObject({ restarts: 0, pid: null, lastExit: { code: 0, reason: 'success' } });
  expect((await daemon.logs('once'))[0]).toBe('the work is done');
});
