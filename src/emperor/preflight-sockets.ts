// What keeps sockets of a new text from being bound, as far as it can be seen while the old ones are still in use.
import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Located } from '../config/origin.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { SocketSpec } from '../config/vassal-config.ts';
import type { Native } from '../jail/native.ts';
import type { AddressBook } from './address-book.ts';
import { canBind } from './listener.ts';
import { kindOf } from './path-kind.ts';
import type { Obstacle } from './preflight-cgroups.ts';

export interface SocketFacts {
  readonly vassal: string;
  readonly native: Native;
  readonly addresses: AddressBook;
  /** Addresses that it has already. */
  readonly present: readonly string[];
}

export async function obstaclesOfSockets(
  specs: readonly Located<SocketSpec>[],
  facts: SocketFacts,
): Promise<Obstacle[]> {
  const fresh = specs.filter(({ value }) => !facts.present.includes(printAddress(value.address)));
  const complaints = await Promise.all(fresh.map((spec) => complaintOf(spec, facts)));
  return fresh.flatMap(({ value, at }, index) => {
    const complaint = complaints[index];
    return complaint ? [{ at, message: `socket ${printAddress(value.address)}: ${complaint}` }] : [];
  });
}

async function complaintOf(
  wanted: Located<SocketSpec>,
  { vassal, native, addresses }: SocketFacts,
): Promise<string | undefined> {
  const { address } = wanted.value;
  const owner = addresses.ownerOf(address);
  // Its own, although nobody has it yet, or any more: it is just being bound, or closed.
  if (owner === vassal || addresses.isLeaving(address)) return undefined;
  if (owner !== undefined) return `it belongs to the vassal ${owner}`;
  if (address.kind === 'unix') return complaintOfPath(address.path);
  // What is in the way now may be what it gives up.
  return addresses.inTheWayOf(address)?.vassal === vassal ? undefined : canBind(native, addresses, wanted);
}

async function complaintOfPath(path: string): Promise<string | undefined> {
  const directory = posix.dirname(path);
  if ((await kindOf(directory)) === 'nothing') return `${directory} is not there`;
  const found = await lstat(path).catch(() => undefined);
  return found && !found.isSocket() ? 'there is something else of that name' : undefined;
}
