// Sockets as the addon binds them: nobody's until they have rights, nobody else's to inherit, one family each.
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSocketAddress } from '../../src/config/hooks/socket-address.ts';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { refusal } from '../helpers/served.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const native = loadNative(ADDON_PATH);
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

function bind(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    native.bindSocket(bytes, (error, fd) => {
      if (error) return reject(error);
      onTestFinished(() => native.close(fd));
      resolve(fd);
    });
  });
}

const at = (address: string) => bind(Buffer.from(String(readSocketAddress(address)), 'hex'));
const flagsOf = (fd: number) =>
  Number.parseInt(/^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0', 8);

test('a path has no rights at all, and nobody can connect before it listens', async () => {
  const path = join(tempDirectory(), 's');
  const fd = await at(path);
  expect(statSync(path).mode & 0o7777).toBe(0);
  expect(['ECONNREFUSED', 'EACCES']).toContain(await refusal(path));
  expect(flagsOf(fd) & (O_CLOEXEC | O_NONBLOCK)).toBe(O_CLOEXEC);
  native.makeBlocking(fd);
  await expect(at(path)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' });
  rmSync(path);
});

test('all of IPv6 and all of IPv4 with the same port are two sockets; the second of one family is one too many', async () => {
  const port = 20_000 + (process.pid % 40_000);
  for (const address of [`0.0.0.0:${port}`, `[::]:${port}`]) native.listen(await at(address), 5);
  await expect(at(`0.0.0.0:${port}`)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(at(`[::1]:${port}`)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('what is no address is refused', async () => {
  await expect(bind(Buffer.alloc(0))).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(bind(Buffer.alloc(500))).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(bind(Buffer.from([0xff, 0xff, 0, 0]))).rejects.toMatchObject({ code: 'EAFNOSUPPORT' });
  expect(() => native.listen(-1, 5)).toThrow(/EBADF/);
});
