// Makes sure that the path of the control socket is free: a live daemon is respected, what a dead one left is removed.
import { lstatSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { makeDirectories } from '../system/directories.ts';

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
}

/** SO_PEERCRED of a connected unix socket. */
export type ReadPeer = (fd: number) => PeerCredentials;

/** sun_path of unix(7), less the NUL. */
const LONGEST_PATH = 107;

export async function claimPath(path: string, readPeer: ReadPeer): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Error(`control socket ${path}: longer than ${LONGEST_PATH} bytes`);
  makeDirectories(dirname(path));
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Error(`control socket ${path}: something that is not a socket is there`);
  const holder = await holderOf(path, readPeer);
  if (holder !== undefined) throw new Error(`another tsjail holds ${path} (pid ${holder})`);
  rmSync(path, { force: true });
}

/** The pid of whoever listens on `path`; undefined: nobody. */
function holderOf(path: string, readPeer: ReadPeer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('connect', () => {
      resolve(readPeer(fdOf(socket)).pid);
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
      else reject(new Error(`control socket ${path}: ${error.message}`));
    });
  });
}

/** Node has no public way to the descriptor of a socket; -1 when it is closed already. */
export function fdOf(socket: Socket): number {
  return (socket as unknown as { _handle?: { fd?: number } | null })._handle?.fd ?? -1;
}
