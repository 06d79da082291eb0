// Addresses on which the daemon itself listens, as uWSGI writes them: with a colon it is host:port, else the path of a unix socket.
import { isIP } from 'node:net';
import { posix } from 'node:path';
import { Bad } from './problems/bad.ts';
import type { ReadContext } from './readers.ts';

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  /** With its `@`. */
  | { readonly kind: 'abstract'; readonly name: string }
  /** No host: every address of the machine. */
  | { readonly kind: 'inet'; readonly host: string | undefined; readonly port: number };

/** sun_path of unix(7), less the NUL. */
const LONGEST_PATH = 107;
const MOST_PORT = 65_535;
const INET = /^(?:\[([^\]]+)\]|([^:[\]/]*)):(\d{1,5})$/;

export function readListenAddress(text: string, { base }: Pick<ReadContext, 'base'>): ListenAddress | Bad {
  if (text.startsWith('@')) return unixAddress({ kind: 'abstract', name: text }, text);
  if (/^\d+$/.test(text))
    return new Bad('a port needs a colon before it: else it is a file', { suggestion: `:${text}` });
  if (text.startsWith('/') || !text.includes(':')) {
    const path = posix.resolve(base, text);
    return unixAddress({ kind: 'unix', path }, path);
  }
  return inetAddress(text);
}

/** Datagrams come without their sender's rights over UDP: only this machine may send any. */
export function readCommandAddress(text: string, context: Pick<ReadContext, 'base'>): ListenAddress | Bad {
  const address = readListenAddress(text, context);
  if (address instanceof Bad || address.kind !== 'inet' || isLoopback(address.host)) return address;
  return new Bad('commands come over UDP from this machine alone', {
    suggestion: `127.0.0.1:${address.port}`,
  });
}

export function addressText(address: ListenAddress): string {
  if (address.kind === 'unix') return address.path;
  if (address.kind === 'abstract') return address.name;
  const { host = '', port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function unixAddress(address: ListenAddress, path: string): ListenAddress | Bad {
  if (path === '@' || Buffer.byteLength(path) > LONGEST_PATH)
    return new Bad(`a socket's path has 1 to ${LONGEST_PATH} bytes`);
  return address;
}

export function inetAddress(text: string): (ListenAddress & { readonly kind: 'inet' }) | Bad {
  const [, bracketed, plain, digits] = INET.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > MOST_PORT)
    return new Bad(`\`${text}\` is not an address: /PATH, @NAME, HOST:PORT, [IP]:PORT or :PORT`);
  if (bracketed !== undefined && isIP(bracketed) !== 6)
    return new Bad(`\`${bracketed}\` is not an IPv6 address`);
  return { kind: 'inet', host: bracketed ?? (plain || undefined), port };
}

export function isLoopback(host: string | undefined): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    (host !== undefined && isIP(host) === 4 && host.startsWith('127.'))
  );
}
