// A command that asks for uWSGI's pipe: what it says counts, and it is told what uWSGI would be told.
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

/** Says the bytes that it is given as arguments, then prints what it hears. */
const SPEAKER = `
import os, socket, sys
pipe = socket.socket(fileno=int(os.environ['UWSGI_EMPEROR_FD']))
for byte in sys.argv[1:]: pipe.send(bytes([int(byte)]))
while heard := pipe.recv(1): print('heard', heard[0], flush=True)
`;

function speaker(bytes: string, ...lines: string[]): string {
  const path = join(tempDirectory(), 'speaker.py');
  writeFileSync(path, SPEAKER);
  return ['[vassal]', `command = python3 ${path} ${bytes}`, 'emperor-pipe = true', ...lines, ''].join('\n');
}

test('byte 17 makes it loyal, and its next start is at once', async () => {
  const daemon = await emperor({ files: { 'a.ini': speaker('17', 'clone = fs,pid') } });
  const { pid } = await daemon.until('a', (view) => view?.loyal === true);
  process.kill(pid ?? 0, 'SIGKILL');
  await daemon.until('a', (view) => view?.generation === 2 && view.loyal);
  expect(daemon.output).not.toMatch(/restart in/);
});

test('byte 22 ends it, and it is not started again', async () => {
  const daemon = await emperor({
    files: { 'a.ini': speaker('22', 'stop-signal = WINCH', 'stop-timeout = 1') },
  });
  await daemon.until('a', (view) => view?.state === 'exited');
  await daemon.said(/heard 0/);
});

test('a reload by the pipe is byte 1, and what it does not know is ignored', async () => {
  const daemon = await emperor({ files: { 'a.ini': speaker('1 5 99 0 30', 'reload = emperor') } });
  const { pid } = await daemon.running('a');
  await daemon.said(/asks for more instances of itself/);
  utimesSync(daemon.path('a.ini'), new Date(), new Date());
  await daemon.said(/heard 1/);
  expect(await daemon.view('a')).toMatchObject({ pid, generation: 1, state: 'running', ready: true });
});

test('who closes it is leaving, and is given as long as one that was asked to stop', async () => {
  const command = `command = sh -c "eval \\"exec $UWSGI_EMPEROR_FD>&-\\"; exec sleep 1000"`;
  const daemon = await emperor({
    files: { 'a.ini': ['[vassal]', command, 'emperor-pipe = true', 'stop-timeout = 1', ''].join('\n') },
  });
  await daemon.said(/a: did not end within stop-timeout: killed/);
});
