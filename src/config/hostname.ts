// The reader for host names.
import { Bad } from './problems/bad.ts';

const HOSTNAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

export function readHostname(text: string): string | Bad {
  if (text.length > 64) return new Bad('a host name has at most 64 characters');
  return HOSTNAME.test(text)
    ? text
    : new Bad(`\`${text}\` is not a host name: letters, digits, \`-\`, \`.\``);
}
