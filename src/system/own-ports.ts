// From which port on this very process may bind, for `check`.
import { readFileSync } from 'node:fs';

/** capability.h: CAP_NET_BIND_SERVICE. */
const NET_BIND_SERVICE = 10n;
/** Where the kernel does not say (ip_unprivileged_port_start, ip(7)). */
const USUAL = 1024;

/** Undefined: all of them. */
export function lowestPort(): number | undefined {
  const effective = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  if (((BigInt(`0x${effective}`) >> NET_BIND_SERVICE) & 1n) === 1n) return undefined;
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return USUAL;
  }
}
