// Magic variables (`%n`, `%d` …) as uWSGI's config_magic_table_fill has them. `%i`, `%j`, `%b` and `%[` have no meaning here.
import { posix } from 'node:path';
import type { HostFacts } from '../host.ts';

/** A file whose text is being read. */
export interface ConfigFile {
  /** As it was given: absolute but for the command line. */
  readonly path: string;
  readonly section: string;
}

export interface MagicContext {
  readonly file: ConfigFile;
  /** The file that included all others: the upper-case letters. */
  readonly top: ConfigFile;
  /** Where the vassal starts. */
  readonly directory: string;
  readonly host: HostFacts;
}

const OF_FILE: Readonly<Record<string, (file: ConfigFile) => string>> = {
  o: ({ path }) => path,
  p: ({ path }) => path,
  s: ({ path }) => posix.basename(path),
  d: ({ path }) => withSlash(posix.dirname(path)),
  e: ({ path }) => posix.extname(path).slice(1),
  n: ({ path }) => posix.basename(path, posix.extname(path)),
  c: ({ path }) => posix.basename(posix.dirname(path)),
  x: ({ section }) => section,
};

const OF_HOST: Readonly<Record<string, (context: MagicContext) => string>> = {
  v: ({ directory }) => directory,
  V: ({ host }) => host.version ?? '',
  h: ({ host }) => host.hostname,
  t: ({ host }) => String(host.nowSec),
  T: ({ host }) => String(host.nowSec * 1_000_000),
  k: ({ host }) => String(host.cpus),
  u: ({ host }) => String(whoRuns(host).uid),
  U: ({ host }) => host.users.userById(whoRuns(host).uid)?.name ?? String(whoRuns(host).uid),
  g: ({ host }) => String(whoRuns(host).gid),
  G: ({ host }) => String(whoRuns(host).gid),
};

/** As in uWSGI: a tenant's vassal is his from the start. */
function whoRuns({ tenant, uid, gid }: HostFacts): { readonly uid: number; readonly gid: number } {
  return tenant ?? { uid, gid };
}

/** What `%letter` stands for; undefined: nothing. */
export function magic(letter: string, context: MagicContext): string | undefined {
  if (letter === '%') return '%';
  if (letter >= '0' && letter <= '9') return component(context.file.path, Number(letter));
  const ofHost = OF_HOST[letter];
  if (ofHost) return ofHost(context);
  const lower = letter.toLowerCase();
  return OF_FILE[lower]?.(letter === lower ? context.file : context.top);
}

/** The n-th directory of the path, from 0; empty past the last. */
function component(path: string, index: number): string {
  return posix.dirname(path).split('/').filter(Boolean)[index] ?? '';
}

function withSlash(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`;
}
