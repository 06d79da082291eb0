// Addresses as `wait_for_socket` has them, and the bytes of their sockaddr for connect(2): the jailer knows no names.
import { isIP } from 'node:net';
import { endianness } from 'node:os';
import { Bad } from '../problems/bad.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** unix(7): sun_path, with its NUL. */
const LONGEST_PATH = 107;

/** `/path`, `@abstract`, `127.0.0.1:80`, `[::1]:80`, `:80` (of the loopback); the address in hexadecimal digits. */
export function readSocketAddress(text: string): string | Bad {
  if (text.startsWith('/') || text.startsWith('@')) return unixAddress(text);
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? (plain || '127.0.0.1');
  const number = Number(port);
  if (port === '' || number < 1 || number > 65_535)
    return new Bad(`\`${text}\` is not an address: /PATH, @NAME, IP:PORT or [IP]:PORT`);
  if (isIP(host) === 4 && bracketed === undefined) return inetAddress(host, number);
  if (isIP(host) === 6 && bracketed !== undefined && !host.includes('%')) return inet6Address(host, number);
  return new Bad(`\`${host}\` is not an IP address: names are not looked up here`);
}

function unixAddress(text: string): string | Bad {
  const path = Buffer.from(text);
  if (path.length > LONGEST_PATH || text === '@')
    return new Bad(`a socket's path has at most ${LONGEST_PATH} bytes`);
  const isAbstract = text.startsWith('@');
  if (isAbstract) path[0] = 0;
  return Buffer.concat([family(AF_UNIX), path, ...(isAbstract ? [] : [Buffer.alloc(1)])]).toString('hex');
}

function inetAddress(host: string, port: number): string {
  const address = Buffer.from(host.split('.').map(Number));
  return Buffer.concat([family(AF_INET), network(port), address, Buffer.alloc(8)]).toString('hex');
}

function inet6Address(host: string, port: number): string {
  return Buffer.concat([
    family(AF_INET6),
    network(port),
    Buffer.alloc(4),
    groupsOf(host),
    Buffer.alloc(4),
  ]).toString('hex');
}

/** RFC 4291: `::` stands for as many groups of zero as are missing; the last two may be an IPv4 address. */
function groupsOf(host: string): Buffer {
  const plain = host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((each) => Number.parseInt(each, 16));
  const front = groups(head);
  const back = groups(tail ?? '');
  const zeros = Array<number>(8 - front.length - back.length).fill(0);
  return Buffer.concat([...front, ...zeros, ...back].map(network));
}

function family(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  if (endianness() === 'LE') bytes.writeUInt16LE(number);
  else bytes.writeUInt16BE(number);
  return bytes;
}

function network(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}
