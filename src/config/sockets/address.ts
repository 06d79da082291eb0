// Addresses that the Emperor binds for a vassal: `HOST:PORT`, `:PORT`, `[IPv6]:PORT`, `/path`, `@abstract`. Names are not looked
// up: what is bound must not depend on what a resolver says at that moment.
import { isIP } from 'node:net';
import { posix } from 'node:path';
import { Bad } from '../problems/bad.ts';
import type { SocketAddress } from '../vassal-config.ts';

/** unix(7): sun_path, with the NUL of a path or in front of a name. */
const LONGEST = 107;
const LAST_PORT = 65_535;
const WHAT_THERE_IS = 'HOST:PORT, :PORT, [IPv6]:PORT, /PATH or @NAME';
const INET = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;
/** As nginx, systemd and others write it. */
const SCHEME = /^(?:unix|tcp|tcp4|tcp6|http|uwsgi):(?:\/\/)?(?=[^/]|\/)/i;

/** `base` is what a relative path would be relative to. */
export function readListenAddress(text: string, base: string): SocketAddress | Bad {
  if (text.startsWith('/')) return unixAddress(text);
  if (text.startsWith('@')) return abstractAddress(text);
  const [, bracketed, plain, digits] = INET.exec(text) ?? [];
  return digits === undefined ? notAnAddress(text, base) : inetAddress(bracketed, plain ?? '', digits);
}

/** By how it ends: `/run/`, `/run/..`. */
const DIRECTORY = /\/\.{0,2}$/;

/** As it is written at best: the same for the same address. */
export function printAddress(address: SocketAddress): string {
  if (address.kind === 'unix') return address.path;
  if (address.kind === 'abstract') return `@${address.name}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function unixAddress(text: string): SocketAddress | Bad {
  const path = posix.resolve(text);
  if (DIRECTORY.test(text)) return new Bad(`\`${text}\` is a directory: which file in it?`);
  return isTooLong(path) ?? { kind: 'unix', path };
}

function abstractAddress(text: string): SocketAddress | Bad {
  if (text === '@') return new Bad('which name? @NAME');
  return isTooLong(text) ?? { kind: 'abstract', name: text.slice(1) };
}

function isTooLong(text: string): Bad | undefined {
  const bytes = Buffer.byteLength(text);
  return bytes > LONGEST
    ? new Bad(`a socket's path has at most ${LONGEST} bytes: this one has ${bytes}`)
    : undefined;
}

function inetAddress(bracketed: string | undefined, plain: string, digits: string): SocketAddress | Bad {
  const port = Number(digits);
  if (port < 1 || port > LAST_PORT) return new Bad(`${digits} is not a port: 1 to ${LAST_PORT}`);
  if (bracketed !== undefined) return inet6Address(bracketed, port);
  const host = plain === '' || plain === '*' ? '0.0.0.0' : plain;
  if (isIP(host) === 4) return { kind: 'inet', host, port };
  return new Bad(`\`${plain}\` is not an IP address: names are not looked up here`, {
    suggestion: plain.toLowerCase() === 'localhost' ? `127.0.0.1:${port}` : undefined,
  });
}

function inet6Address(host: string, port: number): SocketAddress | Bad {
  if (host.includes('%')) return new Bad(`\`${host}\`: addresses of one interface alone are not supported`);
  if (isIP(host) === 4) return new Bad('brackets are for IPv6', { suggestion: `${host}:${port}` });
  return isIP(host) === 6
    ? { kind: 'inet', host: shortest(host), port }
    : new Bad(`\`${host}\` is not an IPv6 address`);
}

/** URL has the one way to write it (RFC 5952). */
function shortest(host: string): string {
  return new URL(`http://[${host}]`).hostname.slice(1, -1);
}

function notAnAddress(text: string, base: string): Bad {
  return new Bad(`\`${text}\` is not an address: ${WHAT_THERE_IS}`, { suggestion: meant(text, base) });
}

function meant(text: string, base: string): string | undefined {
  if (SCHEME.test(text)) return text.replace(SCHEME, '');
  // A placeholder that nobody has filled in.
  if (/[$%@]\(/.test(text)) return undefined;
  if (/^\d{1,5}$/.test(text)) return `127.0.0.1:${text}`;
  const [, host = '', port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined && isIP(host) === 6) return `[${host}]:${port}`;
  return /\/|\.sock(et)?$/.test(text) ? posix.resolve(base, text) : undefined;
}
