// What of the daemon can be seen in the file system, and is nothing for those in jails.
import { resolve } from 'node:path';
import type { EmperorConfig } from '../config/emperor.ts';
import type { OwnPaths } from '../config/host.ts';

const DIRECTORY = 'dir://';
const SCHEME = /^[a-z+]+:\/\//;
const PATTERN = /[*?[]/;

export function ownPaths(
  control: string,
  sources: readonly string[],
  { stats, commandSocket }: Pick<EmperorConfig, 'stats' | 'commandSocket'>,
): OwnPaths {
  const listening = [stats?.address, commandSocket].flatMap((address) =>
    address?.kind === 'unix' ? [address.path] : [],
  );
  const named = sources.map((each) => (each.startsWith(DIRECTORY) ? each.slice(DIRECTORY.length) : each));
  return {
    sockets: [control, ...listening].map((each) => resolve(each)),
    // What a pattern matches is sealed file by file: around it may be anything.
    directories: named
      .filter((each) => !SCHEME.test(each) && !PATTERN.test(each))
      .map((each) => resolve(each)),
  };
}
