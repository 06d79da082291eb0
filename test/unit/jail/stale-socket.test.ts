// A socket that a jail has left lies in a directory that may be the vassal's: it goes, and nothing of anybody else's.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeStaleSocket } from '../../../src/jail/stale-socket.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const PYTHON = '/usr/bin/python3';
const ROUNDS = 400;

/** `run` holds a socket that nobody listens on, or is a link to a directory with a file of that name. */
const SWAPS = `
import os, socket, sys
os.chdir(sys.argv[1])
while True:
    if not os.path.exists('run/s'):
        socket.socket(socket.AF_UNIX).bind('run/s')
    os.rename('run', 'kept')
    os.symlink('other', 'run')
    os.unlink('run')
    os.rename('kept', 'run')
`;

test('a stale socket is removed', async () => {
  const directory = tempDirectory();
  spawnSync(PYTHON, ['-c', `import socket; socket.socket(1).bind('${directory}/s')`]);
  await removeStaleSocket(join(directory, 's'));
  await removeStaleSocket(join(directory, 'none/s'));
  expect(existsSync(join(directory, 's'))).toBe(false);
});

test.skipIf(!existsSync(PYTHON))('however its directory is exchanged meanwhile', async () => {
  const directory = tempDirectory();
  for (const name of ['run', 'other']) mkdirSync(join(directory, name));
  const theirs = join(directory, 'other/s');
  writeFileSync(theirs, '');
  const swapper = spawn(PYTHON, ['-c', SWAPS, directory]);
  onTestFinished(() => void swapper.kill('SIGKILL'));
  for (let left = ROUNDS; left > 0 && existsSync(theirs); left--)
    await removeStaleSocket(join(directory, 'run/s'));
  expect(existsSync(theirs)).toBe(true);
});
