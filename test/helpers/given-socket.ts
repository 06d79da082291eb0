// A unix socket that listens and that nobody serves yet, as a service manager hands it over.
import { chmodSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { readSocketAddress } from '../../src/config/hooks/socket-address.ts';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';

/** Its descriptor; closed when the test is over. */
export async function givenSocket(path: string): Promise<number> {
  const native = loadNative(ADDON_PATH);
  const address = Buffer.from(String(readSocketAddress(path)), 'hex');
  const fd = await new Promise<number>((resolve, reject) => {
    native.bindSocket(address, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  onTestFinished(() => native.close(fd));
  native.listen(fd, 16);
  // The addon makes it for nobody.
  chmodSync(path, 0o600);
  return fd;
}
