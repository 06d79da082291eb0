// A machine that no test depends on, and texts parsed on it.
import { type EmperorFlag, type ParsedEmperor, parseEmperor } from '../../../src/config/emperor.ts';
import type { HostFacts, Look, UserEntry } from '../../../src/config/host.ts';
import { sentence } from '../../../src/config/problems/format.ts';
import type { Problem } from '../../../src/config/problems/problem.ts';
import {
  NO_DEFAULTS,
  type ParsedVassal,
  parseVassal,
  type VassalDefaults,
  type VassalInput,
} from '../../../src/config/vassal.ts';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';

export const WEB = '/etc/tsjail/vassals/web.ini';
export const EMPEROR = '/etc/tsjail/emperor.ini';

const USERS: readonly UserEntry[] = [
  { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
  { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' },
  { name: 'anna', uid: 1000, gid: 1000, home: '/home/anna', shell: '/bin/bash' },
  { name: 'far', uid: 200_000, gid: 200_000, home: '/', shell: '/bin/sh' },
];
const GROUPS: Readonly<Record<string, number>> = { root: 0, adm: 4, 'www-data': 33, ssl: 110, anna: 1000 };
const MEMBERS: Readonly<Record<string, readonly number[]>> = { 'www-data': [110] };

export type Files = Readonly<Record<string, string | { readonly failure: string }>>;

/** `files` are all that there are. */
export function host(facts: Partial<HostFacts> = {}, files: Files = {}): HostFacts {
  return {
    file: (path) => {
      const file = files[path] ?? { failure: 'ENOENT' };
      return typeof file === 'string' ? { text: file } : file;
    },
    look: (path) => lookIn(files, path),
    glob: (pattern) => ({ paths: globIn(files, pattern) }),
    env: { HOME: '/root', EMPTY: '' },
    users: {
      userByName: (name) => USERS.find((user) => user.name === name),
      userById: (uid) => USERS.find((user) => user.uid === uid),
      groupByName: (name) => (Object.hasOwn(GROUPS, name) ? { gid: GROUPS[name] ?? -1 } : undefined),
      groupsOf: (name, gid) => [gid, ...(MEMBERS[name] ?? [])],
      userNames: () => USERS.map(({ name }) => name),
      groupNames: () => Object.keys(GROUPS),
    },
    hostname: 'box',
    cwd: '/cwd',
    uid: 0,
    gid: 0,
    cpus: 8,
    nowSec: 1_700_000_000,
    memoryBytes: 16 * 1024 ** 3,
    version: '0.1.0',
    ...facts,
  };
}

/** A directory is what has files in it. */
function lookIn(files: Files, path: string): Look {
  if (files[path] !== undefined) return { kind: 'file', readable: typeof files[path] === 'string', inode: 7 };
  const isDirectory = Object.keys(files).some((each) => each.startsWith(`${path}/`));
  return { kind: isDirectory ? 'directory' : 'none', readable: isDirectory };
}

/** With `*` alone. */
function globIn(files: Files, pattern: string): string[] {
  const parts = pattern.split('*').map((part) => part.replace(/[\\.+?^${}()|[\]]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('[^/]*')}$`);
  return Object.keys(files)
    .filter((path) => expression.test(path))
    .sort();
}

/** Facts of a daemon that anna runs. */
export const ANNA: Partial<HostFacts> = { uid: 1000, gid: 1000 };

export interface Surroundings {
  readonly facts?: Partial<HostFacts>;
  readonly files?: Files;
  readonly defaults?: Partial<VassalDefaults>;
  readonly input?: Partial<VassalInput>;
}

export function parse(text: string, { facts, files, defaults, input }: Surroundings = {}): ParsedVassal {
  return parseVassal(
    { name: 'web', path: WEB, directory: '/etc/tsjail/vassals', text, ...input },
    { ...NO_DEFAULTS, ...defaults },
    host(facts, files),
  );
}

/** Of `[vassal]` with these lines below; the first of them is line 2. */
export function parseLines(lines: readonly string[], surroundings?: Surroundings): ParsedVassal {
  return parse(['[vassal]', ...lines].join('\n'), surroundings);
}

/** The config of a vassal that has these lines and a command; fails when there are errors. */
export function config(lines: readonly string[], surroundings?: Surroundings): VassalConfig {
  const parsed = parseLines([...lines, 'command = /bin/true'], surroundings);
  if (parsed.config === undefined) throw new Error(shown(parsed.problems).join('\n'));
  return parsed.config;
}

/** What is wrong with a vassal that has these lines and a command. */
export function wrong(lines: readonly string[], surroundings?: Surroundings): string[] {
  return shown(parseLines([...lines, 'command = /bin/true'], surroundings).problems);
}

export function emperor(
  lines: readonly string[],
  flags: readonly EmperorFlag[] = [],
  files: Files = {},
): ParsedEmperor {
  return parseEmperor({ path: EMPEROR, text: ['[emperor]', ...lines].join('\n') }, flags, host({}, files));
}

/** `[FILE:]LINE:COLUMN-END code: sentence`; the file only where it is not `web.ini`, `!` for warnings. */
export function shown(problems: readonly Problem[], main = WEB): string[] {
  return problems.map((problem) => {
    const { file, line, column, endColumn, severity, code } = problem;
    const place = `${file === main ? '' : `${file}:`}${line}:${column}${endColumn === undefined ? '' : `-${endColumn}`}`;
    return `${place} ${severity === 'warning' ? '!' : ''}${code}: ${sentence(problem)}`;
  });
}

export function at(line: number, column = 1, file = WEB): { file: string; line: number; column: number } {
  return { file, line, column };
}
