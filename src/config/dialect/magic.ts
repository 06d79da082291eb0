// Magic variables (`%n`, `%d` …) as uWSGI's config_magic_table_fill has them, but for `%b`: no binary of uWSGI is run here.
import { posix } from 'node:path';
import type { HostFacts, UserDatabase } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import type { Asked } from './asked.ts';

/** A file whose text is being read. */
export interface ConfigFile {
  /** As it was given: absolute but for the command line. */
  readonly path: string;
  readonly section: string;
  /** As who named it wrote it. */
  readonly given?: string | undefined;
}

export interface MagicContext {
  readonly file: ConfigFile;
  /** The file that included all others: the upper-case letters. */
  readonly top: ConfigFile;
  /** Where the vassal starts. */
  readonly directory: string;
  readonly host: HostFacts;
  readonly asked?: Asked;
}

const OF_FILE: Readonly<Record<string, (file: ConfigFile) => string>> = {
  o: ({ path, given }) => given ?? path,
  p: ({ path }) => path,
  s: ({ path }) => posix.basename(path),
  d: ({ path }) => withSlash(posix.dirname(path)),
  e: ({ path }) => posix.extname(path).slice(1),
  n: ({ path }) => posix.basename(path, posix.extname(path)),
  c: ({ path }) => posix.basename(posix.dirname(path)),
  x: ({ section }) => section,
  j: ({ path }) => hashOf(path),
};

const OF_HOST: Readonly<Record<string, (context: MagicContext) => string | Bad>> = {
  v: ({ directory }) => directory,
  V: ({ host }) => host.version ?? '',
  h: ({ host }) => host.hostname,
  t: ({ host }) => String(host.nowSec),
  T: ({ host }) => String(host.nowSec * 1_000_000),
  k: ({ host }) => String(host.cpus),
  u: ({ host }) => String(whoRuns(host).uid),
  U: ({ host }) => host.users.userById(whoRuns(host).uid)?.name ?? String(whoRuns(host).uid),
  g: ({ host }) => String(whoRuns(host).gid),
  G: ({ host }) => groupName(host.users, whoRuns(host).gid) ?? String(whoRuns(host).gid),
  i: ({ file, host, asked }) => inodeOf(file, host, asked),
  I: ({ top, host, asked }) => inodeOf(top, host, asked),
  '[': () => '\u001b',
};

/** What `%letter` stands for; undefined: nothing. */
export function magic(letter: string, context: MagicContext): string | Bad | undefined {
  if (letter === '%') return '%';
  if (letter >= '0' && letter <= '9') return component(context.file.path, Number(letter));
  const ofHost = OF_HOST[letter];
  if (ofHost) return ofHost(context);
  const lower = letter.toLowerCase();
  return OF_FILE[lower]?.(letter === lower ? context.file : context.top);
}

/** As in uWSGI: a tenant's vassal is his from the start. */
function whoRuns({ tenant, uid, gid }: HostFacts): { readonly uid: number; readonly gid: number } {
  return tenant ?? { uid, gid };
}

/** Empty where there is none. */
function inodeOf({ path }: ConfigFile, { tenant }: HostFacts, asked: Asked | undefined): string | Bad {
  // Where a directory is his, the path may lead to what he cannot see himself.
  if (tenant) return new Bad('in tyrant mode nobody is told the inode of a file');
  return String((path.startsWith('/') && asked?.look(path)?.inode) || '');
}

function groupName(users: UserDatabase, gid: number): string | undefined {
  return users.groupNames().find((name) => users.groupByName(name)?.gid === gid);
}

/** The bytes of DJB's hash (x33, xor) in memory order, as uWSGI prints it; its characters are signed. */
function hashOf(path: string): string {
  let hash = 5381;
  for (const byte of Buffer.from(path)) hash = (Math.imul(hash, 33) ^ ((byte << 24) >> 24)) >>> 0;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(hash);
  return bytes.toString('hex').toUpperCase();
}

/** The n-th directory of the path, from 0; empty past the last. */
function component(path: string, index: number): string {
  return posix.dirname(path).split('/').filter(Boolean)[index] ?? '';
}

function withSlash(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`;
}
