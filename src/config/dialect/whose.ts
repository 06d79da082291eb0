// In tyrant mode: whose a line is once its placeholders are replaced, and with whose rights the files that it names are read.
import type { HostFacts } from '../host.ts';
import { leadsToTenant, type Whose } from '../tenant.ts';
import { needsExpansion } from './expand.ts';
import type { ConfigFile } from './magic.ts';

/** A path with something in it that a tenant has a say in is the tenant's to read. */
export function readerOf({ tenant }: HostFacts, asker: Whose, written: string): Whose {
  return tenant && needsExpansion(written) ? 'tenant' : asker;
}

/** Of the config's own text. */
export function ownWhose({ tenant }: HostFacts): Whose {
  return tenant ? 'tenant' : 'daemon';
}

export function isOwnFile(file: ConfigFile, top: ConfigFile): boolean {
  return file === top || file.path === top.path;
}

/** Of a text of `asker`'s with magic alone. */
export function whoseMagic({ tenant }: HostFacts, asker: Whose, written: string, isOwn: boolean): Whose {
  if (tenant === undefined || asker === 'tenant') return asker;
  return [...written.matchAll(/%(.)/g)].some(([, letter = '']) => leadsToTenant(letter, isOwn))
    ? 'tenant'
    : asker;
}
