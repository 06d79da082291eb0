// The sockets that are bound before the clone, for people.
import type { Located } from '../config/origin.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { SocketSpec } from '../config/vassal-config.ts';

/** `/run/web.sock mode=0660 owner=33 backlog=4096 name=web`: as a line of the config that says it all. */
export function printSocket({ value }: Located<SocketSpec>): string {
  const { address, mode, uid, gid, backlog, name } = value;
  const words = [printAddress(address)];
  if (mode !== undefined) words.push(`mode=${mode.toString(8).padStart(4, '0')}`);
  if (uid !== undefined || gid !== undefined)
    words.push(`owner=${uid ?? ''}${gid === undefined ? '' : `:${gid}`}`);
  return [...words, `backlog=${backlog}`, `name=${name}`].join(' ');
}

export function socketJson({ value, at }: Located<SocketSpec>): unknown {
  const { address, mode = null, uid = null, gid = null, backlog, name } = value;
  return { address: printAddress(address), name, backlog, mode, uid, gid, file: at.file, line: at.line };
}
