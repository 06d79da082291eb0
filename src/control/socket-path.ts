// Makes sure that the path of a socket is free: a live daemon is respected, what a dead one left is removed.
import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
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
  await clearPath(path, `control socket ${path}`, async () => {
    const holder = await holderOf(path, readPeer);
    return holder === undefined ? undefined : `another tsjail holds ${path} (pid ${holder})`;
  });
}

/** Removes a socket that nobody holds; `complaint` says who does. */
export async function clearPath(
  path: string,
  what: string,
  complaint: () => Promise<string | undefined> | string | undefined,
): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Error(`${what}: something that is not a socket is there`);
  const held = await complaint();
  if (held !== undefined) throw new Error(held);
  rmSync(path, { force: true });
}

/** The pid of whoever listens on `path`; undefined: nobody. */
export function holderOf(path: string, readPeer: ReadPeer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('connect', () => {
      resolve(readPeer(fdOf(socket)).pid);
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
      else reject(new Error(`${path}: ${error.message}`));
    });
  });
}

/** Node has no public way to the descriptor of a socket, or of a server; -1 when it is closed already. */
export function fdOf(socket: object): number {
  return (socket as unknown as { _handle?: { fd?: number } | null })._handle?.fd ?? -1;
}
