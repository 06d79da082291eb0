// The built program as a process: exit codes, and output that cannot be written.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { FakeEmperor, line, view } from '../../helpers/fake-emperor.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { serve } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(argv: readonly string[], stdout: 'pipe' | number = 'pipe'): ChildProcess {
  return spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', stdout, 'pipe'] });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

test('data to stdout, messages to stderr, the exit code of the command', async () => {
  const { code, out, err } = await ended(start(['help']));
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('usage: tsjail');
  expect(await ended(start(['ls', '--control', '/none']))).toEqual({
    code: 7,
    out: '',
    err: 'tsjail: no tsjail listens on /none: start one with tsjail emperor, or name its socket with --control\n',
  });
  expect((await ended(start(['ls', '--jsno']))).code).toBe(2);
});

test('a reader that is gone ends it quietly', async () => {
  const child = start(['help', 'run']);
  child.stdout?.destroy();
  expect(await ended(child)).toEqual({ code: 141, out: '', err: '' });
});

test('a reader of a stream that goes ends it at the next line', async () => {
  const { emperor, control } = await serve(new FakeEmperor(view()));
  emperor.ring.push(line('old'));
  const child = start(['logs', '-f', 'web', '--control', control]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  child.stdout?.destroy();
  emperor.say(line('new'));
  expect(await ended(child)).toEqual({ code: 141, out: '', err: '' });
});

test('nobody who reads messages is no failure', async () => {
  const child = start(['ls', '--control', '/none']);
  child.stderr?.destroy();
  expect((await ended(child)).code).toBe(7);
});

test('a full disk is told', async () => {
  const full = openSync('/dev/full', 'w');
  const { code, err } = await ended(start(['help'], full));
  closeSync(full);
  expect(code).toBe(1);
  expect(err).toMatch(/^tsjail: cannot write to stdout: ENOSPC/);
});

test('one of several that fails ends the streams of the others', async () => {
  const { control } = await serve(new FakeEmperor(view()));
  const { code, err } = await ended(start(['logs', '-f', 'web', 'nobody', '--control', control]));
  expect([code, err]).toEqual([4, 'tsjail: no such vassal: nobody\n']);
});

test('what nobody expected is called a bug, with its stack', async () => {
  const control = join(tempDirectory(), 'control.sock');
  const odd = createServer((_request, response) => response.end('[null]\n')).listen(control);
  onTestFinished(() => void odd.close());
  await once(odd, 'listening');
  const { code, err } = await ended(start(['ls', '--control', control]));
  expect(code).toBe(70);
  expect(err).toMatch(/^tsjail: this is a bug; please report it with these lines:\nTypeError: .*\n {4}at /);
});
