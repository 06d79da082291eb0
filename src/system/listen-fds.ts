// Sockets that the service manager has bound and hands over (sd_listen_fds(3)).
import { readFileSync, readlinkSync } from 'node:fs';

export interface GivenSocket {
  readonly fd: number;
  /** FileDescriptorName= of the unit; empty: it has none. */
  readonly name: string;
}

/** SD_LISTEN_FDS_START */
const FIRST = 3;
/** net/unix: __SO_ACCEPTCON and SOCK_STREAM, as its table writes them. */
const LISTENS = '00010000';
const STREAM = '0001';

/** None when they are meant for another process: who execs us without clearing the variables has had them before. */
export function givenSockets(
  { LISTEN_PID: whose, LISTEN_FDS: amount, LISTEN_FDNAMES: names = '' }: Readonly<NodeJS.ProcessEnv>,
  pid: number,
): readonly GivenSocket[] {
  if (whose !== String(pid) || amount === undefined || !/^\d{1,4}$/.test(amount)) return [];
  const named = names.split(':');
  return Array.from({ length: Number(amount) }, (_, index) => ({
    fd: FIRST + index,
    name: named[index] ?? '',
  }));
}

/** The path on which `fd` listens, a unix stream socket; undefined: it is something else. */
export function listeningPath(fd: number): string | undefined {
  const inode = inodeOf(fd);
  if (inode === undefined) return undefined;
  for (const row of readFileSync('/proc/self/net/unix', 'utf8').split('\n')) {
    const [, flags, type, number, path] = /^\S+ \S+ \S+ (\S+) (\S+) \S+ +(\d+) (\/.*)$/.exec(row) ?? [];
    if (number === inode) return flags === LISTENS && type === STREAM ? path : undefined;
  }
  return undefined;
}

function inodeOf(fd: number): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    return undefined;
  }
}
