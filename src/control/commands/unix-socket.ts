// The command socket as a unix datagram socket: the kernel says who sends, and only root and the daemon's own user are obeyed.
import { rmSync } from 'node:fs';
import type { ListenAddress } from '../../config/listening.ts';
import { clearPath } from '../socket-path.ts';
import type { Receiver } from './receiver.ts';

/** What it takes of the addon. */
export interface DatagramSystem {
  bindDatagram(path: string): number;
  receiveDatagram(
    fd: number,
  ): { readonly data: Uint8Array; readonly cut: boolean; readonly pid: number; readonly uid: number } | null;
  sendDatagram(path: string, data: string): void;
  watch(fd: number, events: number, ready: () => void): void;
  unwatch(fd: number): void;
  close(fd: number): void;
}

const EPOLLIN = 1;
/** Taken in one turn: others are to have theirs. */
const AT_ONCE = 32;

export async function openUnixCommands(
  address: Exclude<ListenAddress, { kind: 'inet' }>,
  receiver: Receiver,
  daemonUid: number,
  system: DatagramSystem,
  handed?: number,
): Promise<{ readonly fd: number; close(): void }> {
  const path = address.kind === 'unix' ? address.path : address.name;
  const what = `command socket ${path}`;
  if (address.kind === 'unix' && handed === undefined)
    await clearPath(path, what, () => holder(path, what, system));
  const fd = handed ?? bind(path, what, system);
  const takeAll = () => {
    for (let left = AT_ONCE; left > 0; left--) {
      const datagram = system.receiveDatagram(fd);
      if (datagram === null) return;
      const { data, cut, uid, pid } = datagram;
      receiver.take({ data, cut, who: `uid ${uid}, pid ${pid}`, permitted: uid === 0 || uid === daemonUid });
    }
  };
  system.watch(fd, EPOLLIN, () => {
    try {
      takeAll();
    } catch (error) {
      // It would be told of again and again.
      system.unwatch(fd);
      receiver.failed(error as Error);
    }
  });
  return {
    fd,
    close: () => {
      system.close(fd);
      if (address.kind === 'unix') rmSync(path, { force: true });
    },
  };
}

function bind(path: string, what: string, system: DatagramSystem): number {
  try {
    return system.bindDatagram(path);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

/** An empty datagram reaches whoever is there, and says nothing to him. */
function holder(path: string, what: string, system: DatagramSystem): string | undefined {
  try {
    system.sendDatagram(path, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return undefined;
  }
  return `${what}: somebody else listens there`;
}
