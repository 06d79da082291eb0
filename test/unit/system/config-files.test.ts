import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readConfigFile } from '../../../src/system/config-files.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

let directory = '';
beforeEach(() => {
  directory = tempDirectory();
});
const at = (name: string) => join(directory, name);

test('the text of a file, also through a link', async () => {
  writeFileSync(at('a'), 'é\n');
  symlinkSync('a', at('link'));
  expect(await readConfigFile(at('a'))).toEqual({ text: 'é\n' });
  expect(await readConfigFile(at('link'))).toEqual({ text: 'é\n' });
});

test('what is not UTF-8 is seen as such later', async () => {
  writeFileSync(at('latin1'), Buffer.from([0x61, 0xe9]));
  expect(await readConfigFile(at('latin1'))).toEqual({ text: 'a\ufffd' });
});

test('a file of a mebibyte is read, a larger one is not', async () => {
  writeFileSync(at('large'), '');
  truncateSync(at('large'), 1024 * 1024);
  expect(await readConfigFile(at('large'))).toHaveProperty('text');
  truncateSync(at('large'), 1024 * 1024 + 1);
  expect(await readConfigFile(at('large'))).toEqual({ failure: 'larger than 1 MiB' });
});

test('nothing hangs: FIFO, directory, device, socket', async () => {
  execFileSync('mkfifo', [at('fifo')]);
  mkdirSync(at('directory'));
  for (const path of [at('fifo'), at('directory'), '/dev/zero']) {
    expect(await readConfigFile(path)).toEqual({ failure: 'not a regular file' });
  }
  const server = createServer().listen(at('socket'));
  await once(server, 'listening');
  expect(await readConfigFile(at('socket'))).toEqual({ failure: 'ENXIO' });
  server.close();
});

test('why not, as the error’s name', async () => {
  writeFileSync(at('a'), '');
  symlinkSync('loop', at('loop'));
  expect(await readConfigFile(at('none'))).toEqual({ failure: 'ENOENT' });
  expect(await readConfigFile(at('a/b'))).toEqual({ failure: 'ENOTDIR' });
  expect(await readConfigFile(at('loop'))).toEqual({ failure: 'ELOOP' });
});
