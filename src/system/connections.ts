// How many connections there are at listening sockets of this network namespace, by the tables of the kernel (proc_pid_net(5)):
// accepted ones, and those that wait to be.
import { readFile } from 'node:fs/promises';
import { readSocketAddress } from '../config/hooks/socket-address.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { SocketAddress } from '../config/vassal-config.ts';

/** net/tcp_states.h: ESTABLISHED, SYN_RECV, CLOSE_WAIT (the other side has said all, ours has not). */
const ALIVE = new Set(['01', '03', '08']);
/** net.h: SS_CONNECTING (not accepted yet), SS_CONNECTED. */
const CONNECTED = new Set(['02', '03']);
/** netinet/in.h: where the bytes of the address begin in a sockaddr, and their number. */
const PLACES = { 4: [4, 4], 6: [8, 16] } as const;
const NOWHERE = /^0+$/;

type Inet = Extract<SocketAddress, { readonly kind: 'inet' }>;

export async function countConnections(addresses: readonly SocketAddress[]): Promise<number> {
  const counts = await Promise.all(addresses.map((each) => countAt(each)));
  return counts.reduce((sum, each) => sum + each, 0);
}

async function countAt(address: SocketAddress): Promise<number> {
  if (address.kind !== 'inet') return countUnix(await readTable('unix'), printAddress(address));
  return countInet(await readTable(address.host.includes(':') ? 'tcp6' : 'tcp'), address);
}

/** `table`: the text of /proc/net/tcp or tcp6. */
export function countInet(table: string, { host, port }: Inet): number {
  const [start, size] = PLACES[host.includes(':') ? 6 : 4];
  const bytes = Buffer.from(String(readSocketAddress(printAddress({ kind: 'inet', host, port }))), 'hex');
  const wanted = hexOf(bytes.subarray(start, start + size));
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return rows(table).filter(([, local = '', , state = '']) => {
    const isHere = local.endsWith(ending) && (NOWHERE.test(wanted) || local.startsWith(wanted));
    return isHere && ALIVE.has(state);
  }).length;
}

/** `table`: the text of /proc/net/unix; `name`: a path or `@NAME`. */
export function countUnix(table: string, name: string): number {
  return table.split('\n').filter((line) => {
    const [, state = '', path] = /^\S+ \S+ \S+ \S+ \S+ (\S+) +\d+ (.*)$/.exec(line) ?? [];
    return path === name && CONNECTED.has(state);
  }).length;
}

/** Numbers of 32 bits, as this machine has them. */
function hexOf(bytes: Buffer): string {
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  return [...words].map((word) => word.toString(16).toUpperCase().padStart(8, '0')).join('');
}

function rows(table: string): string[][] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}

/** A kernel without that family has no such table. */
async function readTable(name: string): Promise<string> {
  return readFile(`/proc/net/${name}`, 'utf8').catch(() => '');
}
