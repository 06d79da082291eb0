// Why a socket of a vassal cannot be had, as CgroupError is for groups: worded where all failed starts are.
import type { Located, Origin } from '../config/origin.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { SocketAddress, SocketSpec } from '../config/vassal-config.ts';

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody else listens there',
  EADDRNOTAVAIL: 'no interface of this machine has that address now',
  EAFNOSUPPORT: 'this machine has no such family of addresses',
  EMFILE: 'the daemon is out of file descriptors: raise LimitNOFILE',
  ENFILE: 'the system is out of file descriptors',
};

export class SocketError extends Error {
  readonly at: Origin;
  /** `socket 127.0.0.1:80`. */
  readonly what: string;
  readonly why: string | NodeJS.ErrnoException;
  readonly hint: string | undefined;

  constructor({ value: { address }, at }: Located<SocketSpec>, why: string | NodeJS.ErrnoException) {
    const what = `socket ${printAddress(address)}`;
    super(`${what}: ${typeof why === 'string' ? why : why.message}`);
    this.at = at;
    this.what = what;
    this.why = why;
    this.hint = typeof why === 'string' ? undefined : hintFor(why.code ?? '', address);
  }
}

function hintFor(code: string, address: SocketAddress): string | undefined {
  if (code === 'EACCES' && address.kind === 'inet')
    return 'ports below net.ipv4.ip_unprivileged_port_start need root or CAP_NET_BIND_SERVICE';
  if (code === 'ENOENT' && address.kind === 'unix') return 'the directory is not there';
  return HINTS[code];
}
