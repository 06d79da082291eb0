// Readiness under an ordinary user's Emperor, which has no rights over a jail but those of its user namespace.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { sayAndStay } from '../helpers/sd-notify.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const USER = 65_534;
const isRoot = process.getuid?.() === 0;
const OPEN = 0o755;

function governed(script: string, ...lines: string[]): Promise<TestEmperor> {
  const directory = tempDirectory();
  chmodSync(directory, OPEN);
  const path = join(directory, 'script');
  writeFileSync(path, script);
  const text = ['[vassal]', ...lines, `command = sh ${path}`, ''].join('\n');
  return emperor({ files: { 'a.ini': text }, ...(isRoot ? { uid: USER } : {}) });
}

const listen = (address: string) =>
  `sleep 0.3; exec perl -MIO::Socket::INET -MIO::Socket::UNIX -e 'my $l = ${address} or die "no: $!"; sleep 1000'`;

test.each([
  ['by sd_notify', 'ready = notify', 'clone = fs,net,pid', `${sayAndStay('"READY=1"')}; exec sleep 1000`],
  [
    'by sd_notify without a pid namespace',
    'ready = notify',
    'clone = fs',
    `${sayAndStay('"READY=1"')}; exec sleep 1000`,
  ],
  ['by a descriptor', 'ready = fd:3', 'clone = fs,pid', 'echo >&3; exec sleep 1000'],
  [
    'by a socket of its network',
    'ready = socket:127.0.0.1:80',
    'clone = fs,net,pid',
    listen('IO::Socket::INET->new(LocalAddr => "127.0.0.1:80", Listen => 5)'),
  ],
  [
    'by a file of its own',
    'ready = socket:/mnt/own.sock',
    'clone = fs\ntmpfs = /mnt',
    listen('IO::Socket::UNIX->new(Local => "/mnt/own.sock", Listen => 5)'),
  ],
])('%s', async (_name, ready, clone, script) => {
  const daemon = await governed(script, ready, clone);
  expect(await daemon.running('a')).toMatchObject({ ready: true, restarts: 0 });
});
