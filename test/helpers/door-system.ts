// What a control server needs of the addon, with peers of the test's choice.
import type { DoorSystem } from '../../src/control/door.ts';
import type { ReadPeer } from '../../src/control/socket-path.ts';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';

export function doorSystem(peerCredentials: ReadPeer): DoorSystem {
  const native = loadNative(ADDON_PATH);
  return {
    peerCredentials,
    listenUnix: (path, backlog) => native.listenUnix(path, backlog),
    duplicate: (fd) => native.duplicate(fd),
    close: (fd) => native.close(fd),
  };
}
