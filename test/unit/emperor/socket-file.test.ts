// The file of a socket that was just bound: taken for ours only when it can be nobody else's.
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  changeRights,
  isThere,
  makeRoom,
  removeFile,
  removeLeft,
  takeOver,
} from '../../../src/emperor/socket-file.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const RIGHTS = { mode: 0o640, uid: undefined, gid: undefined };
const modeOf = (path: string) => lstatSync(path).mode & 0o7777;

/** A socket at `path` without any rights, as it is after bind(2). */
async function bound(path: string): Promise<() => void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0);
  onTestFinished(() => void server.close());
  return () => server.close();
}

test('it gets its rights, and other ones later', async () => {
  const path = join(tempDirectory(), 's');
  await bound(path);
  const file = await takeOver(path, RIGHTS);
  expect(modeOf(path)).toBe(0o640);
  await changeRights(file, { ...RIGHTS, mode: 0o600 });
  expect(modeOf(path)).toBe(0o600);
  expect(await isThere(file)).toBe(true);
  await removeFile(file);
  expect(existsSync(path)).toBe(false);
});

test('what somebody has put in its place keeps its rights', async () => {
  const directory = tempDirectory();
  const at = (name: string) => join(directory, name);
  await bound(at('other'));
  chmodSync(at('other'), 0o600);
  await expect(takeOver(at('other'), RIGHTS)).rejects.toThrow('another one');
  writeFileSync(at('file'), '', { mode: 0o600 });
  await expect(takeOver(at('file'), RIGHTS)).rejects.toThrow('something else');
  symlinkSync(at('other'), at('link'));
  await expect(takeOver(at('link'), RIGHTS)).rejects.toThrow();
  await bound(at('twice'));
  linkSync(at('twice'), at('name'));
  await expect(takeOver(at('twice'), RIGHTS)).rejects.toThrow('another one');
  expect([modeOf(at('other')), modeOf(at('file')), modeOf(at('twice'))]).toEqual([0o600, 0o600, 0]);
});

test('later exchanges leave what is there alone', async () => {
  const directory = tempDirectory();
  const path = join(directory, 's');
  await bound(path);
  const file = await takeOver(path, RIGHTS);
  renameSync(path, `${path}.old`);
  await bound(path);
  chmodSync(path, 0o600);
  expect(await isThere(file)).toBe(false);
  await changeRights(file, RIGHTS);
  expect(modeOf(path)).toBe(0o600);
  await removeFile(file);
  expect(await removeLeft(file)).toBe(false);
  expect(existsSync(path)).toBe(true);
  rmSync(`${path}.old`);
});

test('room is made only where nobody listens', async () => {
  const path = join(tempDirectory(), 's');
  expect(await makeRoom(path)).toBeUndefined();
  const close = await bound(path);
  chmodSync(path, 0o600);
  expect(await makeRoom(path)).toBe('somebody else listens there');
  linkSync(path, `${path}.kept`);
  close();
  renameSync(`${path}.kept`, path);
  expect(await makeRoom(path)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});
